"""LangGraph's SqliteStore.

May live here: how it is opened. May not be known here: the idiom, which is `lang_graph`'s.

Idiom: that of `lang_graph`. The connection is the caller's, opened as `from_conn_string` opens it;
tables are made before the first call. `search` promises the last written first, to the second.
Durability: the store sets none, so the connection is set to WAL at NORMAL and at FULL.
"""

import sqlite3
from functools import partial
from importlib.metadata import version
from pathlib import Path

from langgraph.store.sqlite import SqliteStore

from ..subjects import Subject
from .lang_graph import WORKLOADS, LangGraph
from .sqlite_settings import DURABILITIES, Synced, settle


def subjects() -> list[Subject]:
    """SqliteStore, at both durabilities."""
    release = f"langgraph-checkpoint-sqlite {version('langgraph-checkpoint-sqlite')}"
    return [
        Subject(
            "LangGraph SqliteStore",
            "peer",
            "sqlite",
            durability,
            WORKLOADS,
            partial(LangGraphSQLite, durability=durability),
            release,
        )
        for durability in DURABILITIES
    ]


class LangGraphSQLite(LangGraph):
    """Memories in a LangGraph store in a file."""

    def __init__(self, path: Path, durability: Synced) -> None:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        settle(connection.execute, durability)
        store = SqliteStore(connection)
        store.setup()
        super().__init__(store)
        self.connection = connection

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()
