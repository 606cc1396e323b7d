"""SQLite with group commit: one writer thread, and one commit for all who wait.

`synchronous=FULL`: a commit is on disk before anybody hears of it, as in the server that is compared.
"""

import asyncio
import os
import queue
import secrets
import sqlite3
import threading
import time

_SCHEMA = """
CREATE TABLE IF NOT EXISTS thread (id TEXT PRIMARY KEY, created_at INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    thread TEXT, seq INTEGER, id TEXT, role TEXT, text TEXT, created_at INTEGER, PRIMARY KEY (thread, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS message_id ON message (id);
"""
_MESSAGE = """
INSERT INTO message (thread, seq, id, role, text, created_at)
VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM message WHERE thread = ?1), ?2, ?3, ?4, ?5)
"""
_MOST_IN_ONE_COMMIT = 256


def new_id(kind):
    return f"{kind}_{secrets.token_hex(12)}"


class Store:
    def __init__(self):
        folder = os.environ["DATA_DIR"]
        os.makedirs(folder, exist_ok=True)
        self._path = os.path.join(folder, "peer.sqlite")
        self._reader = self._open()
        self._waiting = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._commit_for_ever, daemon=True).start()

    @staticmethod
    def thread(thread):
        return "INSERT INTO thread VALUES (?, ?)", (thread, int(time.time()))

    @staticmethod
    def message(thread, role, text):
        return _MESSAGE, (thread, new_id("msg"), role, text, int(time.time()))

    def history(self, thread):
        """The messages of a thread as the model takes them; None when there is no such thread."""
        if self._reader.execute("SELECT 1 FROM thread WHERE id = ?", (thread,)).fetchone() is None:
            return None
        rows = self._reader.execute("SELECT role, text FROM message WHERE thread = ? ORDER BY seq", (thread,))
        return [{"role": role, "content": text} for role, text in rows]

    def write(self, *statements):
        """A future that is done when the statements are on disk."""
        written = self._loop.create_future()
        self._waiting.put((statements, written))
        return written

    def _open(self):
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=256)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")
        connection.executescript(_SCHEMA)
        return connection

    def _commit_for_ever(self):
        connection = self._open()
        while True:
            batch = [self._waiting.get()]
            while len(batch) < _MOST_IN_ONE_COMMIT and not self._waiting.empty():
                batch.append(self._waiting.get())
            error = None
            try:
                connection.execute("BEGIN IMMEDIATE")
                for statements, _ in batch:
                    for sql, values in statements:
                        connection.execute(sql, values)
                connection.execute("COMMIT")
            except sqlite3.Error as failure:
                error = failure
                connection.execute("ROLLBACK")
            self._loop.call_soon_threadsafe(self._tell, batch, error)

    @staticmethod
    def _tell(batch, error):
        for _, written in batch:
            if written.done():
                continue
            if error is None:
                written.set_result(None)
            else:
                written.set_exception(error)
