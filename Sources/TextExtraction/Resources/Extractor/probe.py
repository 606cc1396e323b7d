"""Looks whether the sandbox confines, and whether what documents are read with is there."""

import importlib.util
import os
import shutil
import socket

from output import Refused

PROGRAMS = (("pdftotext", "poppler-utils", "PDF"), ("antiword", "antiword", "DOC"))
MODULES = (("openpyxl", "python3-openpyxl", "XLSX"), ("lxml", "python3-lxml", "HTML"))
# Maps of characters, without which many Korean, Chinese and Japanese PDFs have no text.
FOLDERS = (("/usr/share/poppler/cMap", "poppler-data", "PDF in Korean, Chinese and Japanese"),)


def run(output):
    confinement()
    for name, package, kind in PROGRAMS:
        if not shutil.which(name) and not (name == "antiword" and shutil.which("catdoc")):
            output.text(f"{name}\t{package}\t{kind}")
    for name, package, kind in MODULES:
        if not importlib.util.find_spec(name):
            output.text(f"{name}\t{package}\t{kind}")
    for path, package, kind in FOLDERS:
        if not os.path.isdir(path):
            output.text(f"{path}\t{package}\t{kind}")


def confinement():
    if os.geteuid() == 0:
        raise Refused("programs would run as root", "server_error")
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.socket(family)
            raise Refused("programs would have a network", "server_error")
        except OSError:
            pass
    for path in ("/probe", "/usr/probe", "/dev/probe"):
        try:
            open(path, "w").close()
            raise Refused(f"programs could write to {path}", "server_error")
        except OSError:
            pass
    if os.path.exists("/etc/passwd") or len(os.listdir("/proc/self/fd")) > 5:
        raise Refused("programs would see more of the host than they need", "server_error")
