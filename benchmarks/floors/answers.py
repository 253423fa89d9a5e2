"""What both floors answer beside their records.

May live here: plain tuples. May not be known here: where anything is kept.
"""

from typing import Any, NamedTuple


class Page(NamedTuple):
    """What a listing gives."""

    items: tuple[Any, ...]


class Done(NamedTuple):
    """What a deletion or a restoration did, and to how many versions."""

    revision: int
    versions: int
