"""Small documents of many types, good and broken ones, made on the spot."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    name: str
    content: bytes
    #: How its ingestion ends: `completed`, or the code of the error.
    end: str = "completed"


def text(name: str, words: str) -> Document:
    return Document(name, words.encode())


def docx(name: str, words: str) -> Document:
    return Document(
        name,
        _zipped(
            {"word/document.xml": _WORD.format(words), "[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONSHIPS}
        ),
    )


def pdf(name: str, *pages: str) -> Document:
    """A PDF with a page for each text, which must be ASCII."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for page in pages:
        stream = f"BT /F1 12 Tf 72 720 Td ({page}) Tj ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        contents = len(objects)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {contents} 0 R /Resources {font} >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return Document(name, out)


def broken(number: int) -> Document:
    """One that cannot be read."""
    kinds = (
        Document(f"broken-{number}.pdf", b"%PDF-1.4\nthis is no PDF", "invalid_file"),
        Document(f"broken-{number}.docx", b"PK\x03\x04 and no archive", "invalid_file"),
        Document(f"spaces-{number}.txt", b" \n\t\n ", "invalid_file"),
        Document(
            f"program-{number}.exe",
            b"MZ\x90\x00\x03\x00\x00\x00\x04\x00",
            "unsupported_file",
        ),
        Document(
            f"bomb-{number}.docx",
            _zipped({"word/document.xml": b"0" * (300 << 20)}),
            "invalid_file",
        ),
    )
    return kinds[number % len(kinds)]


def mixed(count: int) -> list[Document]:
    """Documents of many types; every tenth is broken. The word `mark<number>` is in no other than that one."""
    makers = (
        lambda number, words: text(f"note-{number}.txt", words),
        lambda number, words: text(f"page-{number}.md", f"# Title\n\n{words}\n"),
        lambda number, words: text(f"table-{number}.csv", f"name,value\nfirst,{words}\n"),
        lambda number, words: text(f"data-{number}.json", f'{{"words": "{words}"}}'),
        lambda number, words: text(f"site-{number}.html", f"<html><body><p>{words}</p></body></html>"),
        lambda number, words: text(f"code-{number}.py", f'print("{words}")\n'),
        lambda number, words: Document(f"korean-{number}.txt", f"전광판 안내 {words} 점검".encode("cp949")),
        lambda number, words: docx(f"letter-{number}.docx", words),
        lambda number, words: pdf(f"paper-{number}.pdf", words),
    )
    return [
        broken(number // 10)
        if number % 10 == 9
        else makers[number % 10](number, f"mark{number:04} signage report about screens")
        for number in range(count)
    ]


def _zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""

_RELATIONSHIPS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="word/document.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""

_WORD = """<?xml version="1.0" encoding="UTF-8"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>
<w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>"""


def workbook(name: str, sheets: dict[str, list[list[object]]]) -> Document:
    """An XLSX whose cells are what the values are; texts that begin with `date:` become days.

    It is made by the system's Python, which has openpyxl wherever such documents can be read.
    """
    script = """
import datetime, json, sys
import openpyxl
book = openpyxl.Workbook()
book.remove(book.active)
for title, rows in json.load(sys.stdin).items():
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([datetime.datetime.fromisoformat(cell[5:]) if str(cell).startswith("date:") else cell for cell in row])
book.save(sys.stdout.buffer)
"""
    made = subprocess.run(
        ["/usr/bin/python3", "-I", "-c", script], input=json.dumps(sheets).encode(), capture_output=True, check=True
    )
    return Document(name, made.stdout)
