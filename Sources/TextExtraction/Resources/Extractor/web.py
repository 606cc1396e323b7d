"""HTML, read as it comes, by lxml."""

import codecs
import re

from lxml import etree

from output import Output, Table, open_input

BLOCKS = set(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main menu ol p pre section summary table title tr ul".split()
)
SKIPPED = set("script style noscript template svg math nav select object iframe canvas".split())
SPACE = re.compile(r"[\t\r\n\f]+ *| {2,}")
# Cells with more text than this are for layout.
LONGEST_CELL = 2_000


def extract(output):
    stream = open_input()
    encoding = encoding_of(stream)
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    target = Page(output)
    parser = etree.HTMLParser(target=target, huge_tree=True, no_network=True)
    while data := stream.read(65536):
        text = decoder.decode(data)
        if text:
            parser.feed(text)
    parser.feed(decoder.decode(b"", True) or " ")
    parser.close()


def encoding_of(stream):
    head = stream.read(1 << 20)
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    named = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", head[:4096], re.I)
    name = named[1].decode("ascii").lower() if named else ""
    # What pages call EUC-KR is CP949, and what they call Latin-1 is Windows-1252, for every browser.
    name = {"euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "iso-8859-1": "cp1252"}.get(name, name)
    try:
        return codecs.lookup(name).name if name and not name.startswith("utf") else guess(head)
    except LookupError:
        return guess(head)


def guess(head):
    try:
        text = codecs.getincrementaldecoder("cp949")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    foreign = [letter for letter in text if not letter.isascii()]
    return "cp949" if sum("가" <= letter <= "힣" for letter in foreign) > 0.6 * len(foreign) else "cp1252"


class Page:
    """Text of a page, block by block; the tables that are data row by row."""

    def __init__(self, output: Output):
        self.output = output
        self.words = []
        self.length = 0
        self.skipping = None
        self.depth = 0
        self.preformatted = 0
        self.tables = []
        self.prefix = ""

    def start(self, tag, attributes):
        if self.skipping:
            self.depth += tag == self.skipping
            return
        if tag in SKIPPED:
            self.skipping, self.depth = tag, 1
            return
        if tag in BLOCKS:
            self.end_block()
        if tag == "br":
            self.words.append("\n")
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "li":
            self.prefix = "- "
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.prefix = "#" * int(tag[1]) + " "
        elif tag == "table":
            for table in self.tables:
                table.is_layout = True
                table.flush()
            self.tables.append(DataTable(self.output))
        elif self.tables and tag == "tr":
            self.tables[-1].start_row()
        elif self.tables and tag in ("td", "th"):
            self.end_block()
            self.tables[-1].start_cell()

    def end(self, tag):
        if self.skipping:
            self.depth -= tag == self.skipping
            if self.depth == 0:
                self.skipping = None
            return
        if tag in BLOCKS or tag in ("td", "th"):
            self.end_block()
        if tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        elif tag == "tr" and self.tables:
            self.tables[-1].end_row()
        elif tag == "table" and self.tables:
            self.tables.pop().end()

    def data(self, text):
        if self.skipping:
            return
        self.words.append(text if self.preformatted else SPACE.sub(" ", text))
        self.length += len(text)
        if self.length > 20_000:
            self.end_block()

    def comment(self, _):
        pass

    def close(self):
        self.end_block()
        while self.tables:
            self.tables.pop().end()

    def end_block(self):
        if not self.words:
            return
        text = "".join(self.words)
        self.words, self.length = [], 0
        if self.preformatted:
            text = text.rstrip()
        else:
            text = (re.sub(r" *\n *", "\n", text) if "\n" in text else text).strip()
        if not text or text.isspace():
            return
        if self.tables and self.tables[-1].add(text):
            return
        self.output.text(self.prefix + text, ends="\n" if self.prefix == "- " else "\n\n")
        self.prefix = ""


class DataTable:
    """A table, as long as it looks like one of data: one for layout is text like any other."""

    def __init__(self, output):
        self.output = output
        self.table = Table(output)
        self.row = None
        self.is_layout = False

    def start_row(self):
        self.end_row()
        self.row = []

    def start_cell(self):
        if self.row is not None:
            self.row.append([])

    def add(self, text):
        """Whether the text is a cell's."""
        if self.is_layout or not self.row:
            return False
        self.row[-1].append(text)
        if sum(map(len, self.row[-1])) > LONGEST_CELL:
            self.is_layout = True
            self.flush()
        return True

    def flush(self):
        for cell in self.row or []:
            self.output.text("\n".join(cell))
        self.row = None

    def end_row(self):
        if self.row:
            self.table.row(["\n".join(cell) for cell in self.row])
        self.row = None

    def end(self):
        self.end_row()
        self.table.end()
