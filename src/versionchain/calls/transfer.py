"""The calls that carry a tenant out and in.

May live here: dump, load, and the files that they write and read. May not be known here: the
format of a line (`versionchain.transfer`).
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from ..backends.base import Reader, Writer
from ..errors import ConflictError, DuplicateIdError, InvalidInputError, NotFoundError
from ..transfer import Fact, Transfer, decode, encode
from . import files
from .base import Reading
from .files import Target

_PAGE: Final = 1000


class TransferCalls(Reading):
    """What makes a tenant a file, and a file a tenant. It is no part of a block."""

    def dump(self, target: Target) -> Transfer:
        """Writes every fact of the tenant as JSON Lines, as of one moment.

        The tenant's name is not in it, and the same facts give the same bytes from any backend.

        Args:
            target: a path where no file is yet, or a binary file to write to.

        Returns:
            How much was written.

        Raises:
            StorageError: it can't be written; nothing is left at the path.
            InvalidInputError: the argument may not come in, or a file is there already.

        Cost: O(n), and memory for the longest chain.

        Example:
            >>> import io
            >>> from versionchain import MemoryStore
            >>> store, file = MemoryStore(), io.BytesIO()
            >>> _ = store.add("ada", "Prefers tea")
            >>> store.dump(file).versions
            1
        """
        with self._reading() as reader, files.written("target", target) as file:
            counts = Transfer()

            def facts() -> Iterator[Fact]:
                nonlocal counts
                for fact in _facts(reader):
                    counts = counts.plus(fact)
                    yield fact

            for line in encode(facts()):
                file.write(line)
        return counts

    def load(self, source: Target) -> Transfer:
        """Reads a dump into this tenant, which must be empty, in one transaction.

        Ids, numbers, ordinals, times, deletions and revisions are those of the dump; the load
        makes no revision of its own.

        Args:
            source: a path, or a binary file to read from.

        Returns:
            How much was read.

        Raises:
            ConflictError: the tenant is not empty. Nothing changed.
            InvalidInputError: the file is none of this format, of a newer one, cut, or altered, or
                a fact in it breaks an invariant; the field is the line ("line 17:"). Nothing
                changed.
            StorageError: it can't be read. Nothing changed.

        Cost: O(n · log n), and memory for the longest chain, 8 bytes a revision and a number a
            version.

        Example:
            >>> import io
            >>> from versionchain import MemoryStore
            >>> store, file = MemoryStore(), io.BytesIO()
            >>> memory = store.add("ada", "Prefers tea")
            >>> _ = store.dump(file)
            >>> copy = MemoryStore()
            >>> _ = copy.load(io.BytesIO(file.getvalue()))
            >>> copy.get(memory.id) == memory
            True
        """
        with files.opened("source", source) as file, self._loading() as writer:
            if writer.newest()[0] or writer.known_contacts(after=None, limit=1):
                raise ConflictError("This tenant holds memories. Load into an empty one.")
            counts = Transfer()
            lines = files.lines("source", file)
            for number, fact in decode(lines, self._settings.max_content_bytes):
                try:
                    writer.load(fact)
                except (DuplicateIdError, NotFoundError):
                    problem = "an id of it is there twice, or names nothing"
                    raise InvalidInputError(f"line {number}:", problem) from None
                counts = counts.plus(fact)
        return counts

    def backup(self, path: str | Path) -> None:
        """Copies the whole store, all its tenants, into a new file, while others read and write.

        Args:
            path: where no file is yet. `MemoryStore.open` opens the copy.

        Raises:
            StorageError: the store keeps no file, or the copy can't be written; nothing is left
                of it.
            InvalidInputError: the argument may not come in, or a file is there already.

        Cost: O(the file).

        Example:
            >>> import tempfile
            >>> from versionchain import MemoryStore
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     with MemoryStore.open(f"{folder}/agent.db") as store:
            ...         _ = store.add("ada", "Prefers tea")
            ...         store.backup(f"{folder}/copy.db")
            ...     with MemoryStore.open(f"{folder}/copy.db") as copy:
            ...         print(copy.count("ada").versions)
            1
        """
        with files.whole("path", path) as part:
            self._back_up(part)

    @abstractmethod
    def _back_up(self, path: Path) -> None:
        """Has the backend write a copy of itself at a path where nothing is."""

    @abstractmethod
    def _loading(self) -> AbstractContextManager[Writer]:
        """The one writer, without a revision to record."""


def _facts(reader: Reader) -> Iterator[Fact]:
    """Every fact of a tenant, in the order of the format. O(n)."""
    after = None
    while contacts := reader.known_contacts(after=after, limit=_PAGE):
        yield from contacts
        after = contacts[-1]
    since = 0
    while revisions := reader.revisions(since=since, contact_id=None, limit=_PAGE):
        yield from revisions
        since = revisions[-1].number
    yield from reader.chains()
    yield from reader.links()
