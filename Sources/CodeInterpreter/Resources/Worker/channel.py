"""The way to the server and back.

A request is four bytes of length (the highest first), 16 bytes that name the call, and JSON; the bytes of a file that
is put follow. An answer is the same with the name of its call, and the bytes of a file that is read follow. There is
one answer to each request.
"""

import fcntl
import json
import os
import select
import signal


class Channel:
    def __init__(self, requests, answers):
        self.requests, self.answers = requests, answers
        self.call = bytes(16)

    @classmethod
    def take_over(cls):
        """Moves both directions out of the way of code that prints and asks for input."""
        requests = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 200)
        answers = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 201)
        nothing = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        os.close(nothing)
        return cls(requests, answers)

    def next_request(self):
        """Waits for a request; None at the end, when the server is gone."""
        head = self.read_exactly(20, at_end=None)
        if head is None:
            return None
        body = self.read_exactly(int.from_bytes(head[:4], "big"))
        request = json.loads(body)
        if request["do"] != "interrupt":
            self.call = head[4:]
        return request

    def has_request(self):
        return bool(select.select([self.requests], [], [], 0)[0])

    def read_exactly(self, count, at_end=SystemExit):
        parts = []
        while count > 0:
            try:
                part = os.read(self.requests, min(count, 1 << 20))
            except InterruptedError:
                continue
            if not part:
                if at_end is None and not parts:
                    return None
                raise SystemExit
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def read_parts(self, count):
        """The bytes that follow a request, part by part."""
        while count > 0:
            part = os.read(self.requests, min(count, 1 << 16))
            if not part:
                raise SystemExit
            count -= len(part)
            yield part

    def answer(self, value):
        # Python lets a text hold half of a character, which no JSON has.
        text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        self.write(len(text).to_bytes(4, "big") + self.call + text)

    def write(self, data):
        view = memoryview(data)
        while view:
            view = view[os.write(self.answers, view) :]

    def signal_requests(self, handler):
        """Has a signal come when a request does: while a cell runs that can only be the wish to interrupt it."""
        signal.signal(signal.SIGIO, handler)
        fcntl.fcntl(self.requests, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(self.requests, fcntl.F_GETFL)
        fcntl.fcntl(self.requests, fcntl.F_SETFL, flags | os.O_ASYNC)
