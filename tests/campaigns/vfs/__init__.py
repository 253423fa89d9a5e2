"""A SQLite VFS in Python: watches, and may alter, every I/O call of the stdlib's `sqlite3`.

`watched(watcher)` puts it before the system's own for a block. See `vfs.binding`.
"""

from .binding import watched
from .call import Call, File, Watcher
from .log import checkpoints_every
from .memory import in_memory

__all__ = ["Call", "File", "Watcher", "checkpoints_every", "in_memory", "watched"]
