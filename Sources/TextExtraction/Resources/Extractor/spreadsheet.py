"""XLSX, by openpyxl: row by row, each with its sheet's name and the header of its table."""

import datetime
import warnings

import openpyxl

from output import Table


def extract(archive, output):
    warnings.simplefilter("ignore")
    values = openpyxl.load_workbook(archive.fp, read_only=True, data_only=True)
    # What a formula came to is stored by the program that calculated it; a file that was never calculated has formulas
    # alone. They take a second reading.
    formulas = openpyxl.load_workbook(archive.fp, read_only=True, data_only=False) if has_formulas(archive) else None
    for sheet in values.worksheets:
        table = Table(output, f"# {sheet.title}")
        # What sheets say of their own size is often wrong.
        sheet.reset_dimensions()
        if formulas:
            others = formulas[sheet.title]
            others.reset_dimensions()
            for row, other in zip(sheet.iter_rows(), others.iter_rows()):
                table.row([written(cell, formula.value) for cell, formula in zip(row, other)])
        else:
            for row in sheet.iter_rows():
                table.row([written(cell) for cell in row])
        table.end()


def has_formulas(archive):
    for name in archive.namelist():
        if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
            continue
        with archive.open(name) as part:
            tail = b""
            while data := part.read(1 << 20):
                data = tail + data
                if b"<f>" in data or b"<f " in data or b":f>" in data:
                    return True
                tail = data[-3:]
    return False


def written(cell, formula=None):
    value = cell.value if cell.value is not None else formula
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, (int, float)) and "%" in (cell.number_format or ""):
        return f"{value * 100:.10g}%"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
