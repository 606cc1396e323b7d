"""DOCX."""

import re

from blocks import Blocks
from packages import local, local_attribute, parse, relationships

# Text that is there twice, or no longer: alternatives for old programs, deleted and moved stretches.
SKIPPED = {"Fallback", "moveFrom", "instrText", "delText"}
BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def extract(archive, main, output):
    folder, name = main.rsplit("/", 1)
    parts = relationships(archive, f"{folder}/_rels/{name}.rels")
    names = set(archive.namelist())
    headings = {}
    for kind, target in parts.values():
        if kind == "styles" and target in names:
            headings = heading_styles(archive, target)
    read(archive, main, headings, output)
    for kind, target in parts.values():
        if kind in ("footnotes", "endnotes") and target in names:
            read(archive, target, headings, output)


def heading_styles(archive, name):
    """Levels of headings by the ids of their styles, which have other names in each language."""
    levels, style = {}, ""

    def start(tag, attributes):
        nonlocal style
        if local(tag) == "style":
            style = local_attribute(attributes, "styleId")
        elif local(tag) == "name":
            value = local_attribute(attributes, "val").lower()
            if value == "title":
                levels[style] = 1
            elif match := re.fullmatch(r"heading (\d)", value):
                levels[style] = int(match[1])

    parse(archive, name, start)
    return levels


def read(archive, name, headings, output):
    blocks = Blocks(output)
    skipping, in_text, level, is_item = 0, False, 0, False

    def start(tag, attributes):
        nonlocal skipping, in_text, level, is_item
        tag = local(tag)
        if skipping or tag in SKIPPED:
            skipping += 1
        elif tag == "t":
            in_text = True
        elif tag == "p":
            blocks.start_paragraph()
            level, is_item = 0, False
        elif tag == "pStyle":
            level = headings.get(local_attribute(attributes, "val"), 0)
        elif tag == "numPr":
            is_item = True
        elif tag in BREAKS:
            blocks.add(BREAKS[tag])
        elif tag == "tbl":
            blocks.start_table()
        elif tag == "tr":
            blocks.start_row()
        elif tag == "tc":
            blocks.start_cell()

    def end(tag):
        nonlocal skipping, in_text
        tag = local(tag)
        if skipping:
            skipping -= 1
        elif tag == "t":
            in_text = False
        elif tag == "p":
            blocks.end_paragraph("#" * level + " " if level else "- " if is_item else "")
        elif tag == "tc":
            blocks.end_cell()
        elif tag == "tr":
            blocks.end_row()
        elif tag == "tbl":
            blocks.end_table()

    def text(data):
        if in_text and not skipping:
            blocks.add(data)

    parse(archive, name, start, end, text)
