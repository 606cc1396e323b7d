"""The rows of an XLSX for tables: for each sheet its name and then JSON Lines, numbers, dates and truth values as they are."""

import datetime
import json
import math
import warnings

import openpyxl

from output import LONGEST_TEXT, Refused, cleaned

# Rows in which the header is looked for; titles and notes may stand above it.
ROWS_ABOVE = 20
MOST_COLUMNS = 300
ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}


def extract(archive, output):
    warnings.simplefilter("ignore")
    book = openpyxl.load_workbook(archive.fp, read_only=True, data_only=True)
    for sheet in book.worksheets:
        # What sheets say of their own size is often wrong.
        sheet.reset_dimensions()
        rows = Rows(output, sheet.title)
        for row in sheet.iter_rows(values_only=True):
            rows.add(row)
        rows.end()


def require_workbook(names):
    if "xl/workbook.xml" not in names and not any(name.startswith("xl/worksheets/") for name in names):
        raise Refused("The file is no XLSX workbook, so there are no rows in it.")


class Rows:
    def __init__(self, output, title):
        self.output = output
        self.title = title
        self.above = []
        self.keys = None
        self.pending = []
        self.length = 0

    def add(self, cells):
        cells = [plain(cell) for cell in cells[:MOST_COLUMNS]]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return
        if self.keys is not None:
            return self.write(cells)
        self.above.append(cells)
        if len(self.above) == ROWS_ABOVE:
            self.begin()

    def end(self):
        if self.keys is None and self.above:
            self.begin()
        self.flush()

    def begin(self):
        """The header is the first row of texts alone that is about as wide as the rows are."""
        self.output.write(b"H", cleaned(self.title) or "sheet")
        wide = max(filled(row) for row in self.above)
        header = next(
            (
                number
                for number, row in enumerate(self.above)
                if filled(row) * 2 > wide and all(cell is None or isinstance(cell, str) for cell in row)
            ),
            None,
        )
        # A single row is data: a header over nothing says nothing.
        if header is None or len(self.above) == 1:
            self.keys = []
            rows = self.above
        else:
            self.keys = names(self.above[header])
            rows = self.above[header + 1 :]
        for row in rows:
            self.write(row)
        self.above = []

    def write(self, cells):
        while len(self.keys) < len(cells):
            self.keys.append(unused(f"column_{len(self.keys) + 1}", self.keys))
        cells += [None] * (len(self.keys) - len(cells))
        line = json.dumps(dict(zip(self.keys, cells)), ensure_ascii=False) + "\n"
        self.pending.append(line)
        self.length += len(line)
        if self.length > LONGEST_TEXT // 4:
            self.flush()

    def flush(self):
        text = "".join(self.pending)
        # A character has at most four bytes.
        for start in range(0, len(text), LONGEST_TEXT // 4):
            self.output.write(b"T", text[start : start + LONGEST_TEXT // 4])
        self.pending, self.length = [], 0


def filled(row):
    return sum(cell is not None for cell in row)


def names(header):
    keys = []
    for number, cell in enumerate(header):
        keys.append(unused(" ".join((cell or f"column_{number + 1}").split()), keys))
    return keys


def unused(name, keys):
    number, free = 2, name
    while free in keys:
        free = f"{name}_{number}"
        number += 1
    return free


def plain(value):
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        value = value.strip()
        return value if value and value not in ERRORS else None
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else str(value)
