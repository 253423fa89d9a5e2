"""Memories kept in one SQLite file, shared by threads and processes."""

from .backend import SQLiteBackend

__all__ = ["SQLiteBackend"]
