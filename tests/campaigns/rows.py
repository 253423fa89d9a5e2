"""What SQLite itself reads of a store's file, past the store.

May live here: every row in a few bytes. May not be known here: what a row means.
"""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path


def read(path: Path) -> tuple[str, bytes]:
    """What SQLite says of the pages ("ok"), and every row of every table in a few bytes."""
    sum = hashlib.blake2b(digest_size=16)
    with closing(sqlite3.connect(path)) as connection:
        (pages,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for (table,) in sorted(tables.fetchall()):
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            sum.update(f"{table} {rows!r}".encode())
    return pages, sum.digest()
