"""How soon a store moves its log into its file: seldom by default, too seldom for a short run."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from versionchain.backends.sqlite.pool import Pool


@contextmanager
def checkpoints_every(pages: int) -> Iterator[None]:
    """Stores that are opened in the block move their log as soon as it has so many pages."""
    original = Pool._connect

    def connect(pool: Pool) -> sqlite3.Connection:
        connection = original(pool)
        connection.execute(f"PRAGMA wal_autocheckpoint={pages}")
        return connection

    Pool._connect = connect
    try:
        yield
    finally:
        Pool._connect = original
