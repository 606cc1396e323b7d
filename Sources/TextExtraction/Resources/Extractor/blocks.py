"""Paragraphs and tables of a document, put together from tags that come one by one."""

from output import Table

# A paragraph is written in parts when it grows beyond this.
LONGEST_PARAGRAPH = 20_000


class Blocks:
    """Paragraphs may hold paragraphs (text boxes); tables within tables become text of the cell that they stand in."""

    def __init__(self, output):
        self.output = output
        self.paragraphs = []
        # Of text since the last paragraph began.
        self.length = 0
        self.depth = 0
        self.table = None
        self.row = None
        self.cell = None

    def start_paragraph(self):
        self.paragraphs.append([])
        self.length = 0

    def add(self, text):
        if not self.paragraphs:
            return
        self.paragraphs[-1].append(text)
        self.length += len(text)
        if self.length > LONGEST_PARAGRAPH and self.cell is None:
            self.output.text("".join(self.paragraphs[-1]))
            self.paragraphs[-1], self.length = [], 0

    def end_paragraph(self, prefix=""):
        if not self.paragraphs:
            return
        text = "".join(self.paragraphs.pop()).strip()
        if not text:
            return
        if self.cell is not None:
            self.cell.append(text)
        else:
            self.output.text(prefix + text, ends="\n" if prefix == "- " else "\n\n")

    def start_table(self, title=""):
        self.depth += 1
        if self.depth == 1:
            self.table = Table(self.output, title)

    def start_row(self):
        if self.depth == 1:
            self.row = []

    def start_cell(self):
        if self.depth == 1:
            self.cell = []

    def end_cell(self, times=1):
        if self.depth == 1 and self.cell is not None and self.row is not None:
            self.row += [" ".join(self.cell)] * times
            self.cell = None

    def end_row(self):
        if self.depth == 1 and self.row is not None:
            self.table.row(self.row)
            self.row = self.cell = None

    def end_table(self):
        if self.depth == 1:
            self.table.end()
            self.table = self.row = self.cell = None
        self.depth = max(0, self.depth - 1)
