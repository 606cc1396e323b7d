"""PPTX: slides are pages; what the speaker is to say stands behind each slide."""

from blocks import Blocks
from packages import Refused, local, local_attribute, parse, relationships


def extract(archive, main, output):
    names = set(archive.namelist())
    folder, name = main.rsplit("/", 1)
    targets = relationships(archive, f"{folder}/_rels/{name}.rels")
    slides = [targets[number][1] for number in slide_numbers(archive, main) if number in targets]
    if not slides:
        raise Refused("The presentation has no slides.")
    for page, slide in enumerate(slides, 1):
        if slide not in names:
            continue
        output.page(page)
        read(archive, slide, output)
        folder, name = slide.rsplit("/", 1)
        for kind, target in relationships(archive, f"{folder}/_rels/{name}.rels").values():
            if kind == "notesSlide" and target in names:
                read(archive, target, output)


def slide_numbers(archive, main):
    """Ids of the slides' relationships, in the order in which they are shown."""
    numbers = []

    def start(tag, attributes):
        if local(tag) == "sldId":
            numbers.append(next((value for key, value in attributes.items() if key.endswith("relationships id")), ""))

    parse(archive, main, start)
    return numbers


def read(archive, name, output):
    blocks = Blocks(output)
    in_text = is_title = is_number = False

    def start(tag, attributes):
        nonlocal in_text, is_title, is_number
        tag = local(tag)
        if tag == "t":
            in_text = not is_number
        elif tag == "sp":
            is_title = False
        elif tag == "ph":
            is_title = local_attribute(attributes, "type") in ("title", "ctrTitle")
        elif tag == "fld":
            is_number = local_attribute(attributes, "type") == "slidenum"
        elif tag == "p":
            blocks.start_paragraph()
        elif tag == "br":
            blocks.add("\n")
        elif tag == "tbl":
            blocks.start_table()
        elif tag == "tr":
            blocks.start_row()
        elif tag == "tc":
            blocks.start_cell()

    def end(tag):
        nonlocal in_text, is_number
        tag = local(tag)
        if tag == "t":
            in_text = False
        elif tag == "fld":
            is_number = False
        elif tag == "p":
            blocks.end_paragraph("# " if is_title else "")
        elif tag == "tc":
            blocks.end_cell()
        elif tag == "tr":
            blocks.end_row()
        elif tag == "tbl":
            blocks.end_table()

    def text(data):
        if in_text:
            blocks.add(data)

    parse(archive, name, start, end, text)
