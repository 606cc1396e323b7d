"""Other programs that read documents, and what their endings mean."""

import codecs
import signal
import subprocess
import threading

from output import Refused

TOO_LONG = "Reading the file takes more time than a file may."
TOO_MUCH_MEMORY = "Reading the file takes more memory than a file may."


class Program:
    """A program that writes text; the beginning of its messages is kept. Its standard input is ours, which may be what
    /input stands for.
    """

    def __init__(self, arguments, package, stdin=None):
        try:
            self.process = subprocess.Popen(
                arguments, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except FileNotFoundError:
            raise Refused(f"The server lacks the program {arguments[0]} (package {package}).", "server_error")
        self.messages = b""
        self.reader = threading.Thread(target=self.read_messages, daemon=True)
        self.reader.start()

    def read_messages(self):
        while data := self.process.stderr.read1(8192):
            if len(self.messages) < 8192:
                self.messages += data

    def text(self):
        """Its output as it comes."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while data := self.process.stdout.read1(65536):
            yield decoder.decode(data)
        yield decoder.decode(b"", True)

    def end(self):
        """Its code and messages; raises Refused where a limit ended it."""
        code = self.process.wait()
        self.reader.join(1)
        messages = self.messages.decode("utf-8", "replace")
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            raise Refused(TOO_LONG)
        if code in (-signal.SIGABRT, -signal.SIGBUS) or "memory" in messages.lower():
            raise Refused(TOO_MUCH_MEMORY)
        if code < 0:
            raise Refused(f"The file is damaged: it made its reader fail (signal {-code}).")
        return code, messages
