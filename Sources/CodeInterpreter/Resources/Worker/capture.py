"""Takes what is written to standard output and standard error, by Python, by C and by children, in its order."""

import codecs
import fcntl
import io
import os
import re
import select
import sys
import threading

# What terminals take as orders, and characters that no text has.
ORDERS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
KEPT = 1 << 20


class Capture:
    def __init__(self):
        self.reading, writing = os.pipe()
        fcntl.fcntl(self.reading, fcntl.F_SETFL, os.O_NONBLOCK)
        self.reading = fcntl.fcntl(self.reading, fcntl.F_DUPFD_CLOEXEC, 202)
        try:
            fcntl.fcntl(writing, 1031, 1 << 18)
        except OSError:
            pass
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os.close(writing)
        sys.stdin = io.TextIOWrapper(io.FileIO(0, "r", closefd=False), "utf-8", "replace")
        sys.stdout = sys.__stdout__ = self.stream(1)
        sys.stderr = sys.__stderr__ = self.stream(2)
        self.kept, self.dropped = bytearray(), 0
        self.lock = threading.Lock()
        # So that nobody who writes more than a pipe holds waits for the end of the cell.
        threading.Thread(target=self.read_on, daemon=True, name="output").start()

    @staticmethod
    def stream(number):
        file = io.FileIO(number, "w", closefd=False)
        return io.TextIOWrapper(io.BufferedWriter(file), "utf-8", "backslashreplace", line_buffering=True)

    def read_on(self):
        while True:
            try:
                select.select([self.reading], [], [])
            except (OSError, ValueError):
                return
            self.read_now()

    def read_now(self):
        with self.lock:
            while True:
                try:
                    part = os.read(self.reading, 1 << 18)
                except BlockingIOError:
                    return
                except OSError:
                    return
                if not part:
                    return
                kept = part[: KEPT - len(self.kept)]
                self.kept += kept
                self.dropped += len(part) - len(kept)

    def take(self, room):
        """The text so far, of `room` bytes at most, and how many bytes there were beyond."""
        self.read_now()
        with self.lock:
            data, dropped = bytes(self.kept), self.dropped
            self.kept, self.dropped = bytearray(), 0
        head = data[: max(0, room)]
        # Not through the middle of a character.
        text = codecs.getincrementaldecoder("utf-8")("replace").decode(head, final=len(head) == len(data))
        return ORDERS.sub("", text), dropped + len(data) - len(head)
