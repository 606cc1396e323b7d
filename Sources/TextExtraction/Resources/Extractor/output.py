"""What was read, on its way to the server: frames of a letter, four bytes of length, and UTF-8."""

import os
import re

# Texts of more bytes are cut.
LONGEST_TEXT = 24_000
# A first row with more text than this is no header.
LONGEST_HEADER = 2_000

UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff\u00ad]")


class Refused(Exception):
    """The document cannot be read, in words for whoever uploaded it."""

    def __init__(self, message, code="invalid_file"):
        super().__init__(message)
        self.code = code


class Output:
    """Short texts go out together, as long as they have the page and the header in common."""

    def __init__(self, stream):
        self.stream = stream
        self.header = ""
        self.pending = []
        self.pending_length = 0

    def page(self, number):
        self.flush()
        self.write(b"P", str(number))

    def text(self, text, header="", ends="\n\n"):
        """A paragraph; or, where it ends with one line feed, a line of many."""
        text = cleaned(text)
        if not text or text.isspace():
            return
        if header != self.header:
            self.flush()
            self.header = header
            self.write(b"H", cleaned(header))
        self.pending += (text, ends)
        self.pending_length += len(text)
        if self.pending_length > 4_000:
            self.flush()

    def finish(self):
        self.flush()
        self.write(b"D", "")
        self.stream.flush()

    def fail(self, code, message):
        self.flush()
        self.write(b"F", f"{code}\n{message}")
        self.stream.flush()

    def flush(self):
        for part in parts("".join(self.pending)):
            self.write(b"T", part)
        self.pending, self.pending_length = [], 0

    def write(self, letter, text):
        data = text.encode("utf-8", "replace")
        self.stream.write(letter + len(data).to_bytes(4, "big") + data)


def cleaned(text):
    if not text.isprintable():
        text = UNWANTED.sub("", text.replace("\xa0", " "))
    return text.rstrip()


def parts(text):
    """The text in parts of bounded size, cut at the end of a line or a word where there is one."""
    # A character has at most four bytes.
    longest = LONGEST_TEXT if text.isascii() else LONGEST_TEXT // 4
    start = 0
    while len(text) - start > longest:
        low, high = start + longest // 2, start + longest
        cut = max(text.rfind("\n", low, high), text.rfind(" ", low, high)) + 1 or high
        yield text[start:cut]
        start = cut
    if start < len(text):
        yield text[start:]


class Table:
    """The rows of one table. Its first row, where it looks like one, is the header of all others."""

    def __init__(self, output, title=""):
        self.output = output
        self.title = title
        self.header = None
        self.rows = 0

    def row(self, cells):
        cells = [" ".join(cell.split()) for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        line = " | ".join(cells)
        if not line.strip(" |"):
            return
        if self.header is None and self.rows == 0 and self.looks_like_header(cells, line):
            self.header = line
            return
        self.rows += 1
        self.output.text(line, "\n".join(filter(None, (self.title, self.header))), ends="\n")

    def end(self):
        """A table of a header alone is still a text."""
        if self.header is not None and self.rows == 0:
            self.output.text(self.header, self.title)

    @staticmethod
    def looks_like_header(cells, line):
        filled = [cell for cell in cells if cell]
        return len(filled) > 1 and len(line) <= LONGEST_HEADER and not any(is_number(cell) for cell in filled)


def is_number(text):
    return bool(re.fullmatch(r"[-+(]?[\d.,:/ %₩$€]*\d[\d.,:/ %)]*", text))


def open_input():
    """The document, for reading from anywhere in it."""
    try:
        return open("/input", "rb")
    except OSError:
        stream = os.fdopen(os.dup(0), "rb")
        stream.seek(0)
        return stream


def readable_path():
    """A path of the document for other programs; None where they can have it as standard input only."""
    return "/input" if os.access("/input", os.R_OK) else None
