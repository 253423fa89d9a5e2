"""A tenant as JSON Lines, and back: a line a fact, the same bytes from any backend.

The first line names the format and its version; then come contacts, revisions, chains each with
its versions, and connections, every kind in its one order; the last line counts them and holds a
digest over all before it, so that a file that was cut or altered is refused. The tenant's name is
not in it.
"""

from .decode import decode
from .encode import Fact, Transfer, encode

__all__ = ["Fact", "Transfer", "decode", "encode"]
