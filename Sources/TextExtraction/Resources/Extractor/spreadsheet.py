"""XLSX, by openpyxl: row by row, each with its sheet's name and the header of its table."""

import datetime
import warnings

import openpyxl

from output import Table


def extract(stream, output):
    warnings.simplefilter("ignore")
    values = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    # What a formula came to is stored by the program that calculated it; a file that was never calculated has formulas
    # alone.
    formulas = openpyxl.load_workbook(stream, read_only=True, data_only=False)
    for sheet in values.worksheets:
        table = Table(output, f"# {sheet.title}")
        # What sheets say of their own size is often wrong.
        sheet.reset_dimensions()
        others = formulas[sheet.title]
        others.reset_dimensions()
        for row, other in zip(sheet.iter_rows(), others.iter_rows()):
            table.row([written(cell, formula) for cell, formula in zip(row, other)])
        table.end()


def written(cell, formula):
    value = cell.value if cell.value is not None else formula.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, (int, float)) and "%" in (cell.number_format or ""):
        return f"{value * 100:.10g}%"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
