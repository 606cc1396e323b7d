"""What an interpreter loads before its first cell, and what it has to offer."""

import glob
import importlib.util
import os
import platform
import shutil
import sys

PACKAGES = ("numpy", "pandas", "matplotlib", "scipy", "sklearn", "openpyxl", "xlsxwriter", "seaborn", "PIL", "tabulate")
FONT_LIST = "/interpreter/fonts.json"
CACHE = "/tmp/.matplotlib"
# Names of fonts that code from elsewhere asks for, and that this system has under no name.
KOREAN_NAMES = (
    "Malgun Gothic", "AppleGothic", "Apple SD Gothic Neo", "NanumBarunGothic", "Noto Sans CJK KR", "Noto Sans KR",
    "Gulim", "Dotum", "Batang",
)


def prepare(is_warm):
    sys.path.append("/mnt/data")
    os.chdir("/mnt/data")
    try:
        os.makedirs(CACHE, exist_ok=True)
        if os.path.exists(FONT_LIST):
            shutil.copyfile(FONT_LIST, f"{CACHE}/{os.environ['FONT_LIST_NAME']}")
    except OSError:
        pass
    if is_warm:
        load()


def load():
    for name in ("numpy", "pandas"):
        try:
            __import__(name)
        except ImportError:
            pass
    try:
        import matplotlib.pyplot as pyplot
    except ImportError:
        return
    add_fonts()
    import interpreter_figures as figures

    figure, axes = pyplot.subplots()
    axes.plot([1, 2], label="가")
    axes.set_title("A 가 −1")
    axes.legend()
    figures.png(figure)
    pyplot.close(figure)


def add_fonts():
    """Lets Korean fonts be found under the names that other systems have for theirs, and keeps the list of fonts."""
    import dataclasses

    from matplotlib import font_manager

    manager = font_manager.fontManager
    known = {entry.name for entry in manager.ttflist}
    nanum = [entry for entry in manager.ttflist if entry.name == "NanumGothic"]
    missing = [name for name in KOREAN_NAMES if name not in known]
    manager.ttflist += [dataclasses.replace(entry, name=name) for name in missing for entry in nanum]
    if nanum and missing:
        for path in glob.glob(f"{CACHE}/fontlist-*.json"):
            font_manager.json_dump(manager, path)


def report():
    lists = glob.glob(f"{CACHE}/fontlist-*.json")
    return {
        "python": platform.python_version(),
        "missing": [name for name in PACKAGES if importlib.util.find_spec(name) is None],
        "hangul": os.path.isdir("/usr/share/fonts/truetype/nanum"),
        "fontList": lists[0] if lists else None,
    }
