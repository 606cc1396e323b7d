"""The folder that code works in: files that the server puts there, and those that code leaves there."""

import os
import stat

ROOT = "/mnt/data"
MOST_FILES = 200
MOST_ENTRIES = 20_000

#: Paths of files of the server that have a better name beside this one.
given = set()


def put(channel, names, size):
    """Takes a file of the server, under all of its names."""
    first = f"{ROOT}/{names[0]}"
    failure = None
    try:
        file = open(first, "xb", buffering=0)
    except OSError as error:
        file, failure = open(os.devnull, "wb", buffering=0), error.strerror
    with file:
        for part in channel.read_parts(size):
            try:
                if failure is None:
                    view = memoryview(part)
                    while view:
                        view = view[file.write(view) :]
            except OSError as error:
                failure = error.strerror
    if failure is not None:
        try:
            os.unlink(first)
        except OSError:
            pass
        return {"failure": failure}
    for name in names[1:]:
        try:
            os.link(first, f"{ROOT}/{name}")
            given.add(first)
        except OSError:
            pass
    return {}


def state():
    """What tells of each regular file whether it has changed: by its path, as neither size nor times need do."""
    found = {}
    folders = [ROOT]
    entries = 0
    while folders:
        try:
            with os.scandir(folders.pop()) as listed:
                for entry in listed:
                    entries += 1
                    if entries > MOST_ENTRIES:
                        return found
                    try:
                        about = entry.stat(follow_symlinks=False)
                    except OSError:
                        continue
                    if stat.S_ISDIR(about.st_mode):
                        folders.append(entry.path)
                    elif stat.S_ISREG(about.st_mode):
                        found[entry.path] = (about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
        except OSError:
            continue
    return found


def changes(before):
    """Files that are new or have changed; of several names of one file, the one that says something."""
    changed = {}
    for path, about in state().items():
        if before.get(path) != about and (about[0] not in changed or path not in given):
            changed[about[0]] = (path, about[1])
    told = []
    for path, size in list(changed.values())[:MOST_FILES]:
        name = os.path.relpath(path, ROOT)
        if name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") == name:
            told.append({"name": name, "path": path, "size": size})
    return told


def send(channel, path, limit):
    """Sends a regular file. What is none is not even opened for reading: a pipe would wait for its other end."""
    path = os.path.normpath(os.path.join(ROOT, path))
    if not path.startswith(("/mnt/data/", "/tmp/")) or os.path.realpath(os.path.dirname(path)) != os.path.dirname(path):
        return channel.answer({"missing": True})
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError):
        return channel.answer({"missing": True})
    try:
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            return channel.answer({"missing": True})
        if about.st_size > limit:
            return channel.answer({"tooLarge": about.st_size})
        channel.answer({"size": about.st_size})
        left = about.st_size
        while left > 0:
            part = os.read(number, min(left, 1 << 16))
            # It became shorter while it was read: the server was told a size, and gets that much.
            part = part or bytes(min(left, 1 << 16))
            channel.write(part)
            left -= len(part)
    finally:
        os.close(number)
