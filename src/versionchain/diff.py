"""What changed from one version to another.

May live here: pure functions over two `MemoryVersion` records.
May not be known here: storage, or whether the two are of one memory.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from attrs import frozen

from .model import MemoryVersion


@frozen
class LineChange:
    """One line of the content that went or came.

    Attributes:
        sign: "-" for one of the older version, "+" for one of the newer.
        number: its place in that version, from 1.
        text: the line.
    """

    sign: Literal["-", "+"]
    number: int
    text: str


@frozen
class FieldChange:
    """One field beside the content that changed.

    Attributes:
        name: the field; "metadata.KEY" for a top-level key of the metadata.
        before: the older value as JSON, or None where it had none.
        after: the newer value as JSON, or None where it has none.
    """

    name: str
    before: str | None
    after: str | None


@frozen
class Diff:
    """What changed from one version to another: `str` gives it as text.

    Attributes:
        before_id: the older version.
        after_id: the newer version.
        lines: the lines of the content that changed, in the order of the text.
        fields: the other fields that changed, in order of their names.
    """

    before_id: str
    after_id: str
    lines: tuple[LineChange, ...]
    fields: tuple[FieldChange, ...]

    def __str__(self) -> str:
        said = [f"{line.sign}{line.text}" for line in self.lines]
        said += [f"{each.name}: {each.before} -> {each.after}" for each in self.fields]
        return "\n".join(said)

    def __bool__(self) -> bool:
        """Whether anything changed. O(1)."""
        return bool(self.lines or self.fields)


def diff(before: MemoryVersion, after: MemoryVersion) -> Diff:
    r"""What changed from `before` to `after`: the lines of the content, and the fields.

    Args:
        before: any version.
        after: any other, of the same memory or not.

    Returns:
        The changes; false where there are none.

    Cost: O(lines²) at worst, O(lines) where little changed.

    Example:
        >>> from versionchain import MemoryStore
        >>> store = MemoryStore()
        >>> bonn = store.add("ada", "Ada\nLives in Bonn", session_id="monday")
        >>> kiel = store.update(bonn.id, "Ada\nLives in Kiel", session_id="friday")
        >>> print(diff(bonn, kiel))
        -Lives in Bonn
        +Lives in Kiel
        session_id: "monday" -> "friday"
    """
    return Diff(
        before.id,
        after.id,
        tuple(_lines(before.content.splitlines(), after.content.splitlines())),
        tuple(_fields(_values(before), _values(after))),
    )


def _lines(before: list[str], after: list[str]) -> Iterator[LineChange]:
    from difflib import SequenceMatcher  # needed by few, and 1 ms of the package's import

    for tag, a, a_end, b, b_end in SequenceMatcher(None, before, after).get_opcodes():
        if tag != "equal":
            for number in range(a, a_end):
                yield LineChange("-", number + 1, before[number])
            for number in range(b, b_end):
                yield LineChange("+", number + 1, after[number])


def _fields(before: dict[str, str], after: dict[str, str]) -> Iterator[FieldChange]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield FieldChange(name, before.get(name), after.get(name))


def _values(version: MemoryVersion) -> dict[str, str]:
    """The fields that a version says beside its content, as JSON; what it lacks is left out."""
    values = {
        "categories": list(version.categories) or None,
        "session_id": version.session_id,
        "event_start": _text(version.event_start),
        "event_end": _text(version.event_end),
    }
    values = {name: value for name, value in values.items() if value is not None}
    values |= {f"metadata.{key}": value for key, value in version.metadata.items()}
    return {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
