"""One contract for every backend, in classes by subject.

May live here: the two classes that a backend's author takes. What they test is said in their parts.
"""

from .base import run_test
from .connecting import ConnectingContract, SurvivingContract
from .deleting import CuttingContract, DeletedContract, WholeContract
from .durable import ReopeningContract
from .erasing import ErasingContract
from .listing import FilterContract, ListingContract, PagingContract
from .log import LogContract, PastContract
from .past import ViewContract
from .pruning import PruningContract
from .reading import ReadingContract
from .refusals import RefusalContract
from .restoring import RestoringContract
from .tenants import ClosingContract, TenantContract
from .transactions import BlockContract, IsolationContract, PlaceContract, UndoContract
from .transferring import TransferContract
from .writing import AddingContract, CheckingContract, TimeContract, UpdatingContract


class BackendContract(
    ReadingContract,
    AddingContract,
    UpdatingContract,
    CheckingContract,
    TimeContract,
    CuttingContract,
    DeletedContract,
    WholeContract,
    PruningContract,
    RestoringContract,
    ConnectingContract,
    SurvivingContract,
    ListingContract,
    FilterContract,
    PagingContract,
    BlockContract,
    UndoContract,
    IsolationContract,
    PlaceContract,
    TenantContract,
    ClosingContract,
    LogContract,
    PastContract,
    ViewContract,
    ErasingContract,
    TransferContract,
    RefusalContract,
):
    """Every promise of `versionchain.backends.base`, and of a store on any backend.

    Subclass it in a test file and give it a fixture `backend`: an empty one for each test, closed
    afterwards. pytest does the rest; a failed test names the promise in its first line.

    Example:
        >>> import pytest
        >>> from contextlib import closing
        >>> from versionchain.backends.memory import MemoryBackend
        >>> class TestMyBackend(BackendContract):
        ...     @pytest.fixture
        ...     def backend(self):
        ...         with closing(MemoryBackend()) as backend:
        ...             yield backend
    """


class DurableBackendContract(BackendContract, ReopeningContract):
    """The same, and what a backend keeps that can be closed and opened again.

    Instead of `backend` give it a fixture `make_backend`: a function without arguments that opens
    the test's one storage, as often as it is called.

    Example:
        >>> import pytest
        >>> from versionchain.backends.sqlite import SQLiteBackend
        >>> class TestMyBackend(DurableBackendContract):
        ...     @pytest.fixture
        ...     def make_backend(self, tmp_path):
        ...         return lambda: SQLiteBackend(tmp_path / "agent.db")
    """


__all__ = ["BackendContract", "DurableBackendContract", "run_test"]
