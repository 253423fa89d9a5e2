"""The contract of a backend, on memory."""

from contextlib import closing

import pytest

from versionchain.backends.memory import MemoryBackend
from versionchain.testing import BackendContract


class TestMemoryBackend(BackendContract):
    """Every promise, kept in memory."""

    @pytest.fixture
    def backend(self):
        with closing(MemoryBackend()) as backend:
            yield backend
