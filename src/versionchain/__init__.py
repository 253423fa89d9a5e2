"""versionchain keeps memories as chains of versions, and lets any version be taken back.

Start with `MemoryStore`: in memory as it is, in a file with `MemoryStore.open`.
"""

from .calls import Snapshot
from .diff import Diff, FieldChange, LineChange, diff
from .errors import (
    CommitUnknownError,
    ConflictError,
    CorruptStoreError,
    DuplicateIdError,
    ErasureIncompleteError,
    InvalidInputError,
    MemoryStoreError,
    NotFoundError,
    ReadOnlyError,
    SchemaVersionError,
    StaleVersionError,
    StorageError,
    StorageFullError,
    StoreBusyError,
    StoreClosedError,
    TransactionError,
)
from .model import (
    Connection,
    Count,
    Cut,
    Deletion,
    Erasure,
    Invariant,
    MemoryVersion,
    NewMemory,
    Outcome,
    Page,
    Report,
    ReportCounts,
    Restoration,
    Revision,
    RevisionCounts,
    Status,
    Violation,
)
from .store import MemoryStore
from .transaction import Transaction
from .transfer import Transfer

__version__ = "0.1.0"

__all__ = [
    "CommitUnknownError",
    "ConflictError",
    "Connection",
    "CorruptStoreError",
    "Count",
    "Cut",
    "Deletion",
    "Diff",
    "DuplicateIdError",
    "Erasure",
    "ErasureIncompleteError",
    "FieldChange",
    "InvalidInputError",
    "Invariant",
    "LineChange",
    "MemoryStore",
    "MemoryStoreError",
    "MemoryVersion",
    "NewMemory",
    "NotFoundError",
    "Outcome",
    "Page",
    "ReadOnlyError",
    "Report",
    "ReportCounts",
    "Restoration",
    "Revision",
    "RevisionCounts",
    "SchemaVersionError",
    "Snapshot",
    "StaleVersionError",
    "Status",
    "StorageError",
    "StorageFullError",
    "StoreBusyError",
    "StoreClosedError",
    "Transaction",
    "TransactionError",
    "Transfer",
    "Violation",
    "diff",
]
