"""A folder whose files cost no disk, on a system that has one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_MEMORY: Final = Path("/dev/shm")


@contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """An empty folder in memory, which goes with the block; or the one that is given."""
    if not _MEMORY.is_dir():
        yield otherwise
        return
    with TemporaryDirectory(dir=_MEMORY) as folder:
        yield Path(folder)
