"""DOC, by antiword, or catdoc where antiword is not there or gives up."""

from output import Refused, Table, open_input, readable_path
from programs import Program

# Names of streams, as they stand in a compound file.
MEANINGS = (
    ("EncryptedPackage", "The file is protected by a password; upload it without one.", "invalid_file"),
    ("WordDocument", None, None),
    ("Workbook", "Workbooks of Excel 97 (.xls) cannot be read; save it as .xlsx.", "unsupported_file"),
    ("PowerPoint Document", "Presentations of PowerPoint 97 (.ppt) cannot be read; save it as .pptx.", "unsupported_file"),
    ("HwpSummaryInformation", "HWP documents cannot be read; save it as PDF or DOCX.", "unsupported_file"),
)


def extract(output):
    check(open_input())
    path = readable_path() or copy()
    failure = None
    for arguments, package in (
        (["antiword", "-m", "UTF-8.txt", "-w", "0", path], "antiword"),
        (["catdoc", "-d", "utf-8", "-w", path], "catdoc"),
    ):
        try:
            if write(Program(arguments, package), output):
                return
        except Refused as refusal:
            failure = failure or refusal
    raise failure or Refused("The document has no text, or is damaged.")


def copy():
    path = "/tmp/input.doc"
    try:
        with open_input() as source, open(path, "wb") as target:
            while data := source.read(1 << 20):
                target.write(data)
    except OSError:
        raise Refused("The document is larger than a DOC file may be; save it as DOCX.")
    return path


def check(stream):
    """Of which program's streams there are names in the file."""
    found, tail = set(), b""
    while data := stream.read(1 << 20):
        data = tail + data
        for name, *_ in MEANINGS:
            if name.encode("utf-16-le") in data:
                found.add(name)
        tail = data[-64:]
    for name, message, code in MEANINGS:
        if name in found:
            if message:
                raise Refused(message, code)
            return
    raise Refused("The file is a compound file, but no Word document.")


def write(program, output):
    """Paragraph by paragraph; rows of tables stand between bars."""
    written, rest, table = False, "", None
    for text in program.text():
        *paragraphs, rest = (rest + text).split("\n")
        if len(rest) > 20_000:
            paragraphs.append(rest)
            rest = ""
        for paragraph in paragraphs:
            written |= bool(paragraph.strip())
            if paragraph.startswith("|") and paragraph.rstrip().endswith("|"):
                table = table or Table(output)
                table.row(paragraph.strip().strip("|").split("|"))
            else:
                if table:
                    table.end()
                table = None
                output.text(paragraph)
    if table:
        table.end()
    output.text(rest)
    code, _ = program.end()
    return (written or bool(rest.strip())) and code == 0
