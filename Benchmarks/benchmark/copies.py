"""Makes a small database large: copies its threads, row by row, straight in SQLite while no server has it open.

Copies of what the server wrote are valid whatever its tables look like inside, and a million messages take a minute
instead of an hour. Like the messages of users who talk at the same time, those of one thread end up far apart.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

# Tables that belong to threads, parents first, and the columns that differ from copy to copy.
TABLES = ("threads", "messages", "runs", "run_steps")
OWN_IDS = ("id", "thread_id", "run_id", "message_id")


def multiply(database: Path, copies: int) -> list[str]:
    """Adds so many copies of each thread. Returns the ids of all threads."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        # A crash here loses a throw-away file; the server sets the file to WAL again when it opens it.
        for setting in ("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF", "cache_size = -524288"):
            connection.execute(f"PRAGMA {setting}").fetchall()
        connection.execute("BEGIN")
        for name in TABLES:
            _multiply(connection, name, copies)
        connection.execute("COMMIT")
        return [row[0] for row in connection.execute("SELECT id FROM threads")]
    finally:
        connection.close()


def count_messages(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    finally:
        connection.close()


def is_indexed(database: Path) -> bool:
    """Whether the server has indexed all messages for search."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        sql = "SELECT seq >= (SELECT max(seq) FROM messages) FROM progress WHERE name = 'search'"
        return bool(connection.execute(sql).fetchone()[0])
    finally:
        connection.close()


def _multiply(connection: sqlite3.Connection, table: str, copies: int) -> None:
    # `seq` numbers itself.
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "seq"]
    # The end of an id is random: another end is another id, and all ids keep the order of their times.
    values = [
        f"substr({name}, 1, length({name}) - 6) || printf('%06x', copy.n)" if name in OWN_IDS else name
        for name in columns
    ]
    connection.execute(
        f"""
        WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies})
        INSERT INTO {table} ({", ".join(columns)})
        SELECT {", ".join(values)} FROM (SELECT * FROM {table} ORDER BY seq) CROSS JOIN copy
        """
    )
