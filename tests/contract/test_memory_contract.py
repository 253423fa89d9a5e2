"""The contract of a backend, on memory."""

from contextlib import closing

import pytest

from versionchain.backends.memory import MemoryBackend
from versionchain.testing import BackendContract
from versionchain.testing.faults import FaultyBackend


class TestMemoryBackend(BackendContract):
    """Every promise, kept in memory."""

    @pytest.fixture
    def backend(self):
        with closing(MemoryBackend()) as backend:
            yield backend


class TestABackendWithoutAsk(BackendContract):
    """Every promise, kept by what the protocol of a backend demands alone."""

    @pytest.fixture
    def backend(self):
        with closing(FaultyBackend(MemoryBackend())) as backend:
            assert not hasattr(backend, "ask")
            yield backend
