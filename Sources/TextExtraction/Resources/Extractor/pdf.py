"""PDF, by poppler's pdftotext."""

import re

from output import Refused, open_input, readable_path
from programs import Program

# "Chapter 1 ........ 12": a table of contents finds nothing that the chapter itself does not.
DOT_LEADER = re.compile(r"(\.\s?){6,}\s*[\divxlc]*$")


def extract(output):
    path = readable_path()
    stdin = None if path else open_input()
    program = Program(["pdftotext", "-enc", "UTF-8", "-eol", "unix", path or "-", "-"], "poppler-utils", stdin)
    page, written, rest = 1, False, ""
    output.page(1)
    for text in program.text():
        *ended, rest = (rest + text).split("\f")
        for part in ended:
            written |= write(output, part)
            page += 1
            output.page(page)
        if len(rest) > 20_000:
            cut = rest.rfind("\n") + 1 or len(rest)
            written |= write(output, rest[:cut])
            rest = rest[cut:]
    written |= write(output, rest)
    code, messages = program.end()
    if "Incorrect password" in messages:
        raise Refused("The PDF is protected by a password; upload it without one.")
    if code == 3:
        raise Refused("The PDF forbids that its text is copied.")
    if code != 0 and not written:
        raise Refused("The PDF is damaged and cannot be opened.")
    if not written:
        pages = page - 1
        raise Refused(
            f"The PDF has no text on its {pages} page{'s' if pages != 1 else ''}; it seems to be scanned. Run it through "
            "text recognition (OCR) and upload the result."
            if pages > 0
            else "The PDF has no pages."
        )


def write(output, text):
    lines = [line for line in text.split("\n") if not DOT_LEADER.search(line)]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    output.text(text)
    return bool(text.strip())
