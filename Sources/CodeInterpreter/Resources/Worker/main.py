"""The interpreter of one thread: runs cells that the server sends, one after the other, and keeps their variables.

Runs in the sandbox, as `main.py warm|bare`. Requests come by standard input, answers go to standard output: see
`channel.py`. Whatever this program says may as well have been said by the code that it runs, and the server takes it so.
"""

import sys

sys.path.insert(0, "/interpreter")

from channel import Channel  # noqa: E402

channel = Channel.take_over()

import figures  # noqa: E402
import folder  # noqa: E402
import probe  # noqa: E402
import warming  # noqa: E402
from cells import Session  # noqa: E402


def answer(session, request):
    """Carries a request out, and answers it with one frame."""
    name = request["do"]
    if name == "run":
        channel.answer(session.run(request["source"], request["seconds"]))
    elif name == "put":
        channel.answer(folder.put(channel, request["names"], request["size"]))
    elif name == "read":
        folder.send(channel, request["path"], request["limit"])
    elif name == "hello":
        channel.answer(warming.report())
    elif name == "probe":
        channel.answer(probe.findings())
    elif name == "interrupt":
        channel.answer({})
    else:
        raise ValueError(name)


def step_aside():
    """Leaves the names of these modules and the arguments to the code that comes."""
    for name in ("channel", "capture", "cells", "figures", "folder", "probe", "warming"):
        del sys.modules[name]
    sys.path.remove("/interpreter")
    sys.argv[:] = [""]


def main():
    sys.modules["interpreter_figures"] = figures
    session = Session(channel)
    warming.prepare(sys.argv[1] == "warm")
    step_aside()
    while True:
        request = channel.next_request()
        if request is None:
            return
        # Comes too late where the cell that it is meant for has ended.
        if request["do"] != "interrupt":
            answer(session, request)


main()
