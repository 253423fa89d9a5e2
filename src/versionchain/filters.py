"""Which versions a listing keeps.

May live here: pure tests of a record against what a caller asked for.
May not be known here: storage. A filter's key is compared, and becomes part of no path or SQL.
"""

from typing import Any

from attrs import frozen

from .model import MemoryVersion, Status


@frozen(hash=False)
class Filter:
    """What `memories` and `versions` keep; a field that is None keeps everything.

    Attributes:
        categories: any of them will do.
        session_id: exactly this one.
        metadata: each named top-level key holds an equal value.
        status: CURRENT or SUPERSEDED.
    """

    categories: frozenset[str] | None = None
    session_id: str | None = None
    metadata: dict[str, Any] | None = None
    status: Status | None = None

    def keeps(self, version: MemoryVersion) -> bool:
        """Whether `version` passes. O(its categories and metadata)."""
        if self.session_id is not None and version.session_id != self.session_id:
            return False
        if self.categories is not None and self.categories.isdisjoint(version.categories):
            return False
        if self.status is not None and version.status is not self.status:
            return False
        return not self.metadata or _holds(version.metadata, self.metadata)


def _holds(metadata: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(key in metadata and same_json(metadata[key], wanted[key]) for key in wanted)


def same_json(a: object, b: object) -> bool:
    """Whether two decoded JSON values are equal as JSON.

    True is not 1, null is not an absent key, and 1 equals 1.0, since JSON has one number. A tuple
    counts as the list that it becomes. O(size).

    Example:
        >>> same_json({"n": [1]}, {"n": [1.0]}), same_json(True, 1)
        (True, False)
    """
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_json(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same_json, a, b))
    return a == b
