"""Documents to be read and searched: plain text and PDF of any size, the same ones in every run."""

from __future__ import annotations

import random

WORDS = 12_000
PARAGRAPH = 60


def vocabulary() -> list[str]:
    """Words of letters, some common and most rare, as in any language."""
    chance = random.Random(7)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    return ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(WORDS)]


class Writer:
    """Writes texts whose words have the frequencies of natural ones: the n-th word comes as often as 1/n."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._words = vocabulary()
        self._weights = [1 / (rank + 3) for rank in range(WORDS)]

    def words(self, count: int) -> list[str]:
        return self._chance.choices(self._words, self._weights, k=count)

    def text(self, size: int) -> bytes:
        """Paragraphs, at least `size` bytes of them."""
        paragraphs: list[str] = []
        length = 0
        while length < size:
            paragraphs.append(" ".join(self.words(PARAGRAPH)) + ".\n\n")
            length += len(paragraphs[-1])
        return "".join(paragraphs).encode()

    def question(self) -> str:
        """A few words that are neither the commonest nor unheard of."""
        return " ".join(self._chance.choices(self._words[20:4000], k=6))

    def pdf(self, pages: int, lines: int = 45) -> bytes:
        """A PDF of plain pages, with its table of contents of objects as readers want it."""
        first = 4
        kids = " ".join(f"{first + 2 * page} 0 R" for page in range(pages))
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        for page in range(pages):
            shown = "".join(f"({' '.join(self.words(11))}) Tj T*\n" for _ in range(lines))
            stream = f"BT /F1 11 Tf 14 TL 50 780 Td\n{shown}ET".encode()
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * page + 1} 0 R "
                "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
            )
            objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        out = bytearray(b"%PDF-1.4\n")
        places = []
        for number, body in enumerate(objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
        return bytes(out)
