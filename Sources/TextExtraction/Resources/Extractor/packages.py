"""Documents that are ZIP archives of XML: which one it is, and that it is honest about its size."""

import zipfile
from xml.parsers import expat

from output import Refused, open_input

MOST_PARTS = 10_000
LARGEST_SIZE = 1 << 30
# XML shrinks to a twentieth as a rule, and a sheet of equal cells to a hundredth.
UNSUSPICIOUS_SIZE = 64 << 20
LARGEST_RATIO = 250

OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


def extract(output):
    extract_by(lambda archive: extract_from(archive, output))


def extract_sheets(output):
    import sheets

    def rows(archive):
        sheets.require_workbook(archive.namelist())
        sheets.extract(archive, output)

    extract_by(rows)


def extract_by(read):
    stream = open_input()
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise Refused(f"The file is damaged: its ZIP archive cannot be opened ({error}).")
    check(archive)
    try:
        read(archive)
    except expat.ExpatError as error:
        raise Refused(f"The file is damaged: one of its parts is no XML that can be read ({error}).")
    except (zipfile.BadZipFile, EOFError) as error:
        raise Refused(f"The file is damaged: a part of it cannot be unpacked ({error}).")


def check(archive):
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise Refused(f"The file has {len(parts)} parts, more than a document may ({MOST_PARTS}).")
    size = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if size > LARGEST_SIZE or (size > UNSUSPICIOUS_SIZE and size > LARGEST_RATIO * packed):
        raise Refused(f"The file unpacks to {size >> 20} MB, more than a document of its size may.")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("The file is protected by a password; upload it without one.")


def extract_from(archive, output):
    names = set(archive.namelist())
    mime = archive.read("mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
    if mime.startswith(OPEN_DOCUMENT) and "content.xml" in names:
        import opendocument

        return opendocument.extract(archive, mime.removeprefix(OPEN_DOCUMENT), output)
    main = main_part(archive, names)
    if main.startswith("word/"):
        import wordprocessing

        wordprocessing.extract(archive, main, output)
    elif main.startswith("ppt/"):
        import presentation

        presentation.extract(archive, main, output)
    elif main.startswith("xl/") and main.endswith(".xml"):
        import spreadsheet

        spreadsheet.extract(archive, output)
    else:
        raise Refused(
            "The file is a ZIP archive, but neither a DOCX, PPTX or XLSX nor an ODT, ODP or ODS document.",
            "unsupported_file" if not names & {"[Content_Types].xml", "mimetype"} else "invalid_file",
        )


def main_part(archive, names):
    """The part that an Office Open XML archive names as its document; empty where there is none."""
    if "_rels/.rels" not in names:
        return ""
    for kind, target in relationships(archive, "_rels/.rels").values():
        if kind == "officeDocument" and target in names:
            return target
    return ""


def relationships(archive, name):
    """Relationships by id: the last word of the type, and the target as a name of the archive."""
    found = {}
    # word/_rels/document.xml.rels speaks of what lies beside word/document.xml.
    folder = name.rsplit("_rels/", 1)[0]

    def start(tag, attributes):
        if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = resolve(folder, attributes.get("Target", ""))
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rsplit("/", 1)[-1], target)

    if name in archive.namelist():
        parse(archive, name, start)
    return found


def resolve(folder, target):
    path = [] if target.startswith("/") else [word for word in folder.split("/") if word]
    for word in target.split("/"):
        if word == "..":
            del path[-1:]
        elif word not in ("", "."):
            path.append(word)
    return "/".join(path)


def parse(archive, name, start, end=None, text=None):
    """Reads a part without ever holding it: tells of each tag and each stretch of text."""

    def refuse(*_):
        raise Refused("The file is damaged: a part of it declares a document type, which no such document does.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    with archive.open(name) as part:
        while data := part.read(65536):
            parser.Parse(data)
        parser.Parse(b"", True)


def local(tag):
    """A tag without its name space."""
    return tag.rsplit(" ", 1)[-1]


def local_attribute(attributes, name, default=""):
    for key, value in attributes.items():
        if local(key) == name:
            return value
    return default
