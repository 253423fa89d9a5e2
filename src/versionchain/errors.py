"""Every error that versionchain raises on purpose.

May live here: exception classes, their texts and the facts they carry.
May not be known here: any other module of the package.

Each error says what happened and what to do next. None quotes a memory's text, SQL, or anything
of another tenant. Whatever raises leaves the store as it was; the two that cannot promise that,
`CommitUnknownError` and `ErasureIncompleteError`, say so.
"""


class MemoryStoreError(Exception):
    """The root: `except MemoryStoreError` catches whatever the library raises on purpose."""


class NotFoundError(MemoryStoreError, LookupError):
    """What was asked for is not there.

    Unknown, deleted, another contact's and another tenant's all read alike, so that nobody learns
    from an error what somebody else keeps.

    Attributes:
        what: the kind of thing: "memory or version", "contact", "connection" or "revision".
        id: what the caller asked for.

    Example:
        >>> print(NotFoundError("contact", "ada"))
        No such contact here. It is unknown, deleted, or another contact's or tenant's: check \
the id and whose handle this is.
    """

    def __init__(self, what: str, id: object) -> None:
        super().__init__(what, id)
        self.what = what
        self.id = id

    def __str__(self) -> str:
        return (
            f"No such {self.what} here. It is unknown, deleted, or another contact's or tenant's: "
            "check the id and whose handle this is."
        )


class InvalidInputError(MemoryStoreError, ValueError):
    """A value that may not come in; it was refused before anything was written.

    Attributes:
        field: the parameter, with the way into it: "content", "items[3].metadata".
        problem: what it must be, without the value itself.

    Example:
        >>> print(InvalidInputError("limit", "must be an int from 1 to 1000"))
        limit must be an int from 1 to 1000.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.field} {self.problem}."


class ConflictError(MemoryStoreError):
    """Somebody was there first."""


class StaleVersionError(ConflictError):
    """The version given as the latest is not the latest any more.

    Attributes:
        latest_id: the id of the version that is. Read it, decide again, and retry with its id.
    """

    def __init__(self, latest_id: str) -> None:
        super().__init__(latest_id)
        self.latest_id = latest_id

    def __str__(self) -> str:
        return (
            f"The memory was revised meanwhile: its latest version is {self.latest_id}. "
            "Read that one, decide again, and retry with its id."
        )


class DuplicateIdError(ConflictError):
    """The id is taken in this tenant, by a version or a chain, perhaps a deleted one.

    Attributes:
        id: the id that is taken.
    """

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id

    def __str__(self) -> str:
        return (
            f"The id {self.id} is taken in this tenant; a deleted version keeps its id. "
            "Leave id out to get a new one."
        )


class TransactionError(MemoryStoreError):
    """A transaction was used out of its place; nothing was written.

    Example:
        >>> print(TransactionError("This transaction has ended. Open a new one."))
        This transaction has ended. Open a new one.
    """


class StorageError(MemoryStoreError):
    """The disk, the file or the server failed; what was asked for did not happen.

    Attributes:
        code: the storage's own name for what went wrong ("SQLITE_IOERR_WRITE"), or None.
    """

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message, code)
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]" if self.code else self.message


class StoreBusyError(StorageError):
    """Another writer held the store for longer than the busy timeout: retry."""


class StorageFullError(StorageError):
    """No space is left; the change was undone. Free some and retry."""


class CorruptStoreError(StorageError):
    """The file is damaged, or is not versionchain's: restore a backup."""


class SchemaVersionError(StorageError):
    """The file was written by a newer versionchain: upgrade the library to open it.

    Attributes:
        found: the file's schema version.
        supported: the newest schema version that this library reads.
    """

    def __init__(self, found: int, supported: int) -> None:
        super().__init__(
            f"The file has schema version {found}, this library reads up to {supported}: "
            "upgrade versionchain to open it."
        )
        self.args = (found, supported)
        self.found = found
        self.supported = supported


class ReadOnlyError(StorageError):
    """The file or its folder may not be written to: check its permissions."""


class StoreClosedError(StorageError):
    """The store was closed: open it again."""

    def __init__(self) -> None:
        super().__init__("This store is closed. Open it again with MemoryStore.open().")
        self.args = ()


class CommitUnknownError(StorageError):
    """A commit failed so that all of the change or nothing of it happened.

    Close the store and open it again, then read: that tells which. Retrying blindly may do it
    twice.
    """


class ErasureIncompleteError(StorageError):
    """The erasure is committed and no read sees what was erased, but its bytes may remain.

    A reader held them. Call the same erasure again when the readers are gone.
    """
