"""The rules of connections: what connecting and disconnecting change.

May live here: pure functions over `Connection` records.
May not be known here: storage, clocks, or whether the memories exist (the store found them).

A connection hangs on two chains, so it survives every cut that leaves a latest version without
moving: "Connections on latest version are preserved/transferred appropriately"
(recallrai-delete-memory). It is kept as intervals of revisions, one for each metadata that it had.
"""

import json

from attrs import frozen

from .chain import Stamp
from .filters import same_json
from .model import Connection


@frozen
class ConnectionChange:
    """Everything that must happen to one connection.

    Attributes:
        end: the record whose interval ends with this revision; it stays readable as of before.
        forget: a record of this very revision, which nobody else ever saw: it goes for good.
        make: the record that begins with this revision.
    """

    end: Connection | None = None
    forget: Connection | None = None
    make: Connection | None = None


def same(existing: Connection, metadata_json: str) -> bool:
    """Whether a connection holds this metadata already, as JSON. O(the metadata's size)."""
    return same_json(existing.metadata, json.loads(metadata_json))


def connect(existing: Connection | None, wanted: Connection) -> ConnectionChange:
    """What it takes that `wanted` stands, in place of `existing` where there is one. O(1)."""
    if existing is None:
        return ConnectionChange(make=wanted)
    end, forget = _away(existing, wanted.revision)
    return ConnectionChange(end, forget, make=wanted)


def disconnect(existing: Connection, stamp: Stamp) -> ConnectionChange:
    """What it takes that `existing` stands no more. O(1)."""
    end, forget = _away(existing, stamp.number)
    return ConnectionChange(end, forget)


def _away(existing: Connection, revision: int) -> tuple[Connection | None, Connection | None]:
    """The record as one to end, or as one to forget where its interval would be empty."""
    return (None, existing) if existing.revision == revision else (existing, None)
