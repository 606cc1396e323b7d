"""Reads the text of one document and writes it to standard output, in frames that the server reads.

Runs in the sandbox, once for each document: `main.py KIND`, with the document as /input, or as standard input where
that cannot be opened. KIND is pdf, zip (Office Open XML or OpenDocument), ole (Word 97), html, sheets (the rows of an
XLSX), or probe, which reads no document and tells what is missing.
"""

import sys

sys.path.insert(0, "/extractor")

from output import Output, Refused  # noqa: E402


def extract(kind, output):
    if kind == "pdf":
        import pdf

        pdf.extract(output)
    elif kind == "zip":
        import packages

        packages.extract(output)
    elif kind == "sheets":
        import packages

        packages.extract_sheets(output)
    elif kind == "ole":
        import word

        word.extract(output)
    elif kind == "html":
        import web

        web.extract(output)
    else:
        import probe

        probe.run(output)


def main():
    output = Output(sys.stdout.buffer)
    try:
        extract(sys.argv[1], output)
        output.finish()
    except Refused as refusal:
        output.fail(refusal.code, str(refusal))
    except MemoryError:
        output.fail("invalid_file", "Reading the file takes more memory than a file may.")
    except ImportError as error:
        output.fail("server_error", f"The server lacks what reads this kind of file: {error}.")
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        output.fail("invalid_file", f"The file is damaged, or not what its name says: {reason or type(error).__name__}.")


main()
