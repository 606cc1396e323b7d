"""Runs cells in one name space."""

import ast
import linecache
import os
import signal
import sys
import time
import traceback
import types

import figures
import folder
from capture import Capture

LARGEST_LOGS = 256 * 1024
MOST_IMAGES = 20
LINES_KEPT = 50


class Interrupted(BaseException):
    """Not an Exception, so that code which takes care of those lets it pass."""


def running_processes():
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}


def end_processes(but):
    """Ends what an interrupted cell has started: no process of it goes on behind the session's back."""
    ended = set(but)
    while new := running_processes() - ended:
        for process in new:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        ended |= new


class Session:
    def __init__(self, channel):
        self.channel = channel
        self.capture = Capture()
        self.process = os.getpid()
        self.number = 0
        self.is_running = False
        self.stopped_by = None
        self.module = types.ModuleType("__main__")
        self.module.__dict__["display"] = self.display
        # What is pickled, or started as another process, looks for the code's names there.
        sys.modules["__main__"] = self.module
        figures.show = self.show_figures
        signal.signal(signal.SIGALRM, self.on_time)
        channel.signal_requests(self.on_request)

    def run(self, source, seconds):
        self.number += 1
        self.outputs, self.images, self.kept, self.dropped = [], 0, 0, 0
        self.stopped_by = None
        before, processes = folder.state(), running_processes()
        until = time.monotonic() + seconds
        end = "finished"
        try:
            try:
                self.start_timer(seconds)
                end = self.execute(source)
            finally:
                self.stop_timer()
        except Interrupted:
            self.stop_timer()
            end = self.stopped_by
            if os.getpid() == self.process:
                end_processes(but=processes)
        except BaseException:
            self.stop_timer()
            end = self.failed()
        if os.getpid() != self.process:
            # A copy that code made of this process has come to the end of the cell.
            os._exit(0)
        self.close_figures(until)
        self.take_logs()
        if self.dropped:
            self.add_logs(f"\n… {self.dropped:,} more bytes of output were dropped.\n")
        return {"end": end, "outputs": self.outputs, "files": folder.changes(before)}

    # The end of a cell's time

    def start_timer(self, seconds):
        self.is_running = True
        # Again and again, for code that takes care of every exception.
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
        if self.channel.has_request():
            self.on_request()

    def stop_timer(self):
        self.is_running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        # Code may have taken the signals for itself.
        signal.signal(signal.SIGALRM, self.on_time)
        signal.signal(signal.SIGIO, self.on_request)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def on_time(self, *_):
        if self.is_running:
            self.stopped_by = self.stopped_by or "time"
            raise Interrupted

    def on_request(self, *_):
        if self.is_running:
            self.stopped_by = "cancelled"
            signal.setitimer(signal.ITIMER_REAL, 0.5, 0.5)
            raise Interrupted

    # Code

    def execute(self, source):
        name = f"<cell {self.number}>"
        lines = source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)
        linecache.cache.pop(f"<cell {self.number - LINES_KEPT}>", None)
        try:
            tree = ast.parse(source, name)
            last = None
            if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
                last = ast.Expression(tree.body.pop().value)
            exec(compile(tree, name, "exec"), self.module.__dict__)
            if last is not None:
                value = eval(compile(last, name, "eval"), self.module.__dict__)
                if value is not None:
                    self.module.__dict__["_"] = value
                    self.display(value)
            sys.stdout.flush()
            return "finished"
        except Interrupted:
            raise
        except SystemExit as error:
            if error.code not in (None, 0):
                print(f"SystemExit: {error.code}", file=sys.stderr)
            return "finished"
        except BaseException:
            return self.failed()

    def failed(self):
        """Writes the traceback, of the code's own frames only."""
        try:
            told = traceback.TracebackException(*sys.exc_info())
            strip_frames(told, set())
            text = "".join(told.format())
        except BaseException as error:
            text = f"{type(error).__name__}: {error}\n"
        self.take_logs()
        self.add_logs(text)
        return "raised"

    def display(self, *values):
        for value in values:
            if not self.show_image(value):
                print(value if isinstance(value, str) and len(values) > 1 else repr(value))

    # Outputs

    def take_logs(self):
        """What has been written since the last time, up to now."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:
                pass
        text, dropped = self.capture.take(LARGEST_LOGS - self.kept)
        self.dropped += dropped
        self.kept += len(text.encode())
        self.add_logs(text)

    def add_logs(self, text):
        text = text.encode("utf-8", "replace").decode()
        room = LARGEST_LOGS + 4096
        text = text[:room]
        if not text:
            return
        if self.outputs and "logs" in self.outputs[-1]:
            self.outputs[-1]["logs"] += text
        else:
            self.outputs.append({"logs": text})

    def add_image(self, data):
        if self.images == MOST_IMAGES:
            print(f"More than {MOST_IMAGES} images in a cell are not shown.")
        self.images += 1
        if self.images > MOST_IMAGES:
            return
        self.take_logs()
        self.outputs.append({"image": figures.store(data, self.number, self.images)})

    def show_image(self, value):
        kind = type(value)
        if kind.__module__ == "matplotlib.figure" and kind.__name__ == "Figure":
            self.add_image(figures.png(value))
            figures.close(value)
            return True
        if kind.__module__.startswith("PIL.") and hasattr(value, "save"):
            self.add_image(figures.picture(value))
            return True
        return False

    def show_figures(self):
        for figure in figures.opened():
            self.add_image(figures.png(figure))
            figures.close(figure)

    def close_figures(self, until):
        """Shows what was left open; a figure that cannot be drawn costs the cell nothing but that figure."""
        while True:
            try:
                self.start_timer(max(2, until - time.monotonic()))
                self.show_figures()
                return
            except BaseException:
                self.stop_timer()
                if not figures.close_first():
                    return
                self.failed()
            finally:
                self.stop_timer()


def strip_frames(told, seen):
    """Leaves out the frames of this program, before those of the code that it runs."""
    while told is not None and id(told) not in seen:
        seen.add(id(told))
        frames = told.stack
        own = next((i for i, frame in enumerate(frames) if frame.filename.startswith("<cell ")), None)
        if own is not None:
            del frames[:own]
        elif issubclass(told.exc_type, SyntaxError):
            frames.clear()
        else:
            frames[:] = [frame for frame in frames if not frame.filename.startswith("/interpreter/")]
        strip_frames(told.__context__, seen)
        for inner in getattr(told, "exceptions", None) or ():
            strip_frames(inner, seen)
        told = told.__cause__
