"""The contract of a backend, on SQLite, with either durability."""

import pytest

from versionchain.backends.sqlite import SQLiteBackend
from versionchain.testing import DurableBackendContract


class TestSQLiteBackend(DurableBackendContract):
    """Every promise, kept in a file that is synced at each commit."""

    @pytest.fixture
    def make_backend(self, tmp_path):
        return lambda: SQLiteBackend(tmp_path / "agent.db")


class TestNormalSQLiteBackend(DurableBackendContract):
    """Every promise but the one against a power loss."""

    @pytest.fixture
    def make_backend(self, tmp_path):
        return lambda: SQLiteBackend(tmp_path / "agent.db", durability="normal")
