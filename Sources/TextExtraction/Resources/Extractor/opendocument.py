"""ODT, ODP and ODS."""

from blocks import Blocks
from packages import Refused, local, local_attribute, parse

KINDS = ("text", "presentation", "spreadsheet")
SKIPPED = {"tracked-changes", "annotation", "forms"}


def extract(archive, kind, output):
    if kind.removesuffix("-template") not in KINDS and kind not in ("text-web", "text-master"):
        raise Refused("Of OpenDocument files only texts, presentations and spreadsheets can be read.", "unsupported_file")
    blocks = Blocks(output)
    is_sheet, has_pages = kind.startswith("spreadsheet"), kind.startswith("presentation")
    skipping, page, items, repeated = 0, 0, 0, 1

    def start(tag, attributes):
        nonlocal skipping, page, items, repeated
        tag = local(tag)
        if skipping or tag in SKIPPED:
            skipping += 1
        elif tag in ("p", "h"):
            blocks.start_paragraph()
        elif tag == "s":
            blocks.add(" " * min(count(attributes, "c"), 100))
        elif tag == "tab":
            blocks.add("\t")
        elif tag == "line-break":
            blocks.add("\n")
        elif tag == "list-item":
            items += 1
        elif tag == "table":
            blocks.start_table("# " + local_attribute(attributes, "name") if is_sheet else "")
        elif tag == "table-row":
            blocks.start_row()
        elif tag in ("table-cell", "covered-table-cell"):
            repeated = min(count(attributes, "number-columns-repeated"), 100)
            blocks.start_cell()
        elif tag == "page" and has_pages:
            page += 1
            output.page(page)
        level[:] = [count(attributes, "outline-level")] if tag == "h" else level

    def end(tag):
        nonlocal skipping, items
        tag = local(tag)
        if skipping:
            skipping -= 1
        elif tag == "p":
            blocks.end_paragraph("- " if items else "")
        elif tag == "h":
            blocks.end_paragraph("#" * min(level[0], 6) + " ")
        elif tag == "list-item":
            items -= 1
        elif tag in ("table-cell", "covered-table-cell"):
            blocks.end_cell(repeated)
        elif tag == "table-row":
            blocks.end_row()
        elif tag == "table":
            blocks.end_table()

    def text(data):
        if not skipping:
            blocks.add(data)

    level = [1]
    parse(archive, "content.xml", start, end, text)


def count(attributes, name):
    value = local_attribute(attributes, name, "1")
    return max(1, int(value)) if value.isdecimal() and len(value) < 10 else 1
