"""The benchmark of retrieval, by keywords alone: that it runs, and that what is asked for is found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "Benchmarks"


@pytest.fixture(scope="module")
def figures(binary, tmp_path_factory):
    """What was measured, by kind of question, of the chunks that a client gets that asks for nothing."""
    home = tmp_path_factory.mktemp("retrieval")
    results = home / "figures.jsonl"
    command = [sys.executable, "-m", "evaluation", "--server", binary, "--model", "none"]
    subprocess.run(
        [*command, "--chunks", "800/400", "--work", home, "--results", results],
        env=os.environ | {"PYTHONPATH": f"{BENCHMARKS / 'retrieval'}:{BENCHMARKS}", "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        timeout=280,
    )
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert lines
    return {(line["kind"], line["half"]): line for line in lines}


@pytest.mark.parametrize("form", ["", ", with particles", ", without spaces"])
def test_korean_is_found_however_it_is_written(figures, form):
    assert figures[f"korean keywords{form}", "held out"]["recall"] >= 0.9


def test_identifiers_are_found(figures):
    assert figures["identifiers", "held out"]["hit"] >= 0.98


def test_questions_in_a_documents_words_are_found(figures):
    assert figures["english questions", "held out"]["hit"] >= 0.9
