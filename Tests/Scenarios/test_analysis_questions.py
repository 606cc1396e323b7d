"""Sample data, and the built-in analyst's answers to questions about it against figures computed from its rows."""

import filecmp
import json

import pytest

from analysis_questions import fault, questions

TABLES = ["targetedAds", "signages", "viewEvents", "plays", "statusReports"]
SEEDS = [7, 42]


def write_sample(server, directory, *options):
    done = server.run("sample-data", "--output", str(directory), *options, timeout=120)
    assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture(scope="module", params=SEEDS)
def sample(request, server, tmp_path_factory):
    directory = tmp_path_factory.mktemp("sample")
    options = ["--events", "3000", "--seed", str(request.param), "--format", "json"]
    return json.loads((write_sample(server, directory, *options) / "signage-data.json").read_text())


def test_every_question_is_answered_exactly_or_refused(server, sample):
    asked = questions(sample)
    assert len(asked) >= 60
    thread = server.chat("Hello", system_data=sample)["thread_id"]
    faults = {}
    for expected in asked:
        answer = server.chat(expected.question, thread)["message"]
        # What follows are the sections that the analyst always has.
        wrong = fault(expected, answer.split("\n###")[0])
        if wrong and not (expected.is_refused and fault(expected, answer) is None):
            faults[expected.question] = f"{wrong}\n{answer[:600]}"
    assert not faults, "\n\n".join(f"{question}: {wrong}" for question, wrong in faults.items())


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv"])
def test_sample_data_is_the_same_for_the_same_seed(server, tmp_path, kind):
    options = ["--events", "500", "--format", kind]
    first = write_sample(server, tmp_path / "first", *options, "--seed", "3")
    again = write_sample(server, tmp_path / "again", *options, "--seed", "3")
    other = write_sample(server, tmp_path / "other", *options, "--seed", "4")
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted([f"{table}.{kind}" for table in TABLES] + ["expected.json"]
                           + (["signage-data.json"] if kind == "json" else []))  # fmt: skip
    assert filecmp.cmpfiles(first, again, names, shallow=False) == (names, [], [])
    assert not filecmp.cmp(first / f"viewEvents.{kind}", other / f"viewEvents.{kind}", shallow=False)


def test_the_expected_figures_are_those_of_the_rows(server, tmp_path):
    directory = write_sample(server, tmp_path / "sample", "--events", "2000", "--days", "14")
    rows = {name: [json.loads(line) for line in (directory / f"{name}.jsonl").open()] for name in TABLES}
    expected = json.loads((directory / "expected.json").read_text())
    assert expected["rows"] == {name: len(rows[name]) for name in TABLES}
    assert len(rows["viewEvents"]) == 2000
    for ad in rows["targetedAds"]:
        figures = expected["by_ad"][ad["id"]]
        plays = [row for row in rows["plays"] if row["targetedAdId"] == ad["id"]]
        views = [row for row in rows["viewEvents"] if row["targetedAdId"] == ad["id"]]
        assert figures["plays"] == len(plays)
        assert figures["ots"] == sum(row["ots"] for row in plays)
        assert figures["watchers"] == sum(row["watchers"] for row in plays) == len(views)
        assert figures["clicks"] == sum(row["clicked"] for row in views)
        assert figures["dwell_tenths"] == round(sum(row["dwellTime"] for row in views) * 10)


@pytest.mark.parametrize("options", [["--events", "0"], ["--days", "-1"], ["--format", "xml"], ["--ads", "0"]])
def test_options_that_make_no_data_are_refused(server, tmp_path, options):
    done = server.run("sample-data", "--output", str(tmp_path / "none"), *options)
    assert done.returncode != 0
    assert not (tmp_path / "none").exists()
