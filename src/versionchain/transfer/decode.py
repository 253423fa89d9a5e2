"""Lines as facts.

May live here: reading the format, and the refusal of what is not in it or breaks an invariant.
May not be known here: files, or where the facts go.
"""

import json
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import asdict, fields

from .. import validation
from ..chain import Interval
from ..errors import InvalidInputError
from ..facts import ChainFacts, ConnectionFacts, VersionFacts
from ..model import Connection, MemoryVersion, Revision, RevisionCounts
from .encode import DIGEST_BYTES, FORMAT, FORMAT_VERSION, Fact, Transfer, Values

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER: Final = ("contact", "revision", "chain", "connection", "end")
_KEYS: Final = {
    "header": {"kind", "format", "version"},
    "contact": {"kind", "id"},
    "revision": {
        "kind", "number", "created_at", "operation", "actor", "reason", "counts", "contacts",
    },
    "chain": {"kind", "id", "contact_id", "last_number", "versions"},
    "version": {
        "kind", "id", "number", "content", "categories", "metadata", "session_id", "event_start",
        "event_end", "created_at", "revision", "ordinal", "absences", "deleted_at",
        "deleted_revision",
    },
    "connection": {
        "kind", "source_id", "target_id", "name", "metadata", "created_at", "revision", "until",
    },
    "end": {"kind", "counts", "digest"},
}  # fmt: skip


def decode(lines: Iterable[bytes], max_content_bytes: int) -> Iterator[tuple[int, Fact]]:
    """The facts that lines hold, each with the number of its last line.

    They come in their order, and each was checked against those before it.

    Args:
        lines: each with its line feed.
        max_content_bytes: the longest content that may come in.

    Raises:
        InvalidInputError: a line is not of this format or of a newer one, or breaks an invariant,
            or the file was cut or altered; its field is the line ("line 17").

    O(their size), and memory for one chain, 8 bytes a revision and a number a version.
    """
    source = _Lines(lines)
    try:
        for fact in _Decoder(source, max_content_bytes).facts():
            yield source.number, fact
    except InvalidInputError as error:
        problem = f"{error.field} {error.problem}" if error.field else error.problem
        raise InvalidInputError(f"line {source.number}:", problem) from None


def _refusal(problem: str) -> InvalidInputError:
    return InvalidInputError("", problem)


class _Lines:
    """Lines as values, with the number of the last and the digest of all before it."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        import hashlib  # needed by few, and 2 ms of the package's import

        self._lines = iter(lines)
        self._digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        self.digest = ""
        self.number = 0

    def next(self) -> Values:
        self.number += 1
        encoded = next(self._lines, b"")
        self.digest = self._digest.hexdigest()
        self._digest.update(encoded)
        if not encoded.endswith(b"\n"):
            raise _refusal("the file was cut: its last line is missing")
        try:
            values = json.loads(encoded, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise _refusal("is not JSON") from None
        kind = values.get("kind") if type(values) is dict else None
        if type(kind) is not str or kind not in _KEYS or values.keys() != _KEYS[kind]:
            raise _refusal("is not a line of this format")
        return values  # type: ignore[no-any-return]

    def require_end(self) -> None:
        self.number += 1
        if next(self._lines, None) is not None:
            raise _refusal("the file goes on after its last line")


def _no_constant(name: str) -> object:
    raise ValueError(name)


class _Decoder:
    """Reads facts in the format's order, and holds what later lines refer to."""

    def __init__(self, lines: _Lines, max_content_bytes: int) -> None:
        self._lines = lines
        self._max_content_bytes = max_content_bytes
        self._times: array[int] = array("q")  # of the revisions, in microseconds
        self._places: set[int] = set()  # of the versions: revision and ordinal in one

    def facts(self) -> Iterator[Fact]:
        self._header(self._lines.next())
        counts, stage, last = Transfer(), 0, None
        while True:
            values = self._lines.next()
            kind = values["kind"]
            if kind not in _ORDER[stage:]:
                raise _refusal("is out of place")
            if _ORDER.index(kind) > stage:
                stage, last = _ORDER.index(kind), None
            if kind == "end":
                break
            fact, key = getattr(self, f"_{kind}")(values)
            if last is not None and key <= last:
                raise _refusal("is out of order, or there twice")
            last = key
            counts = counts.plus(fact)
            yield fact
        if values["counts"] != asdict(counts):
            raise _refusal("the counts are not those of the lines before: the file was altered")
        if values["digest"] != self._lines.digest:
            raise _refusal("the digest is not that of the lines before: the file was altered")
        self._lines.require_end()

    def _header(self, values: Values) -> None:
        if values.get("format") != FORMAT:
            raise _refusal("the file is not a versionchain dump")
        version = validation.integer("version", values["version"], 1)
        if version > FORMAT_VERSION:
            raise _refusal(
                f"the file has format version {version}, this library reads up to "
                f"{FORMAT_VERSION}: upgrade versionchain"
            )

    def _contact(self, values: Values) -> tuple[str, str]:
        contact_id = validation.text("id", values["id"])
        return contact_id, contact_id

    def _revision(self, values: Values) -> tuple[Revision, int]:
        number = validation.integer("number", values["number"], 1)
        if number != len(self._times) + 1:
            raise _refusal("the revisions have a gap")
        created_at = _moment("created_at", values["created_at"])
        stamp = (created_at - _EPOCH) // timedelta(microseconds=1)
        if self._times and stamp < self._times[-1]:
            raise _refusal("the revisions' times fall")
        self._times.append(stamp)
        contacts = _list("contacts", values["contacts"])
        revision = Revision(
            number,
            created_at,
            validation.text("operation", values["operation"]),
            validation.optional_text("actor", values["actor"]),
            validation.optional_text("reason", values["reason"], validation.MAX_REASON),
            _counts(values["counts"]),
            tuple(validation.text("contacts", each) for each in contacts),
        )
        if list(revision.contacts) != sorted(set(revision.contacts)):
            raise _refusal("its contacts are out of order")
        return revision, number

    def _chain(self, values: Values) -> tuple[ChainFacts, str]:
        chain_id = validation.identifier("id", values["id"])
        contact_id = validation.text("contact_id", values["contact_id"])
        last_number = _integer("last_number", values["last_number"], 1)
        count = validation.integer("versions", values["versions"], 1)
        versions: list[VersionFacts] = []
        while len(versions) < count:
            line = self._lines.next()
            if line["kind"] != "version":
                raise _refusal("a version is missing")
            versions.append(self._version(line, chain_id, contact_id))
            self._in_order(versions[-2:], last_number)
        return ChainFacts(chain_id, contact_id, last_number, tuple(versions)), chain_id

    @staticmethod
    def _in_order(pair: list[VersionFacts], last_number: int) -> None:
        *before, version = (each.version for each in pair)
        if version.number > last_number:
            raise _refusal("its number is above the chain's highest")
        if before and (before[0].number >= version.number or before[0].revision > version.revision):
            raise _refusal("its number or revision does not rise")

    def _version(self, values: Values, chain_id: str, contact_id: str) -> VersionFacts:
        draft = validation.draft(
            values["content"],
            categories=_list("categories", values["categories"]),
            metadata=values["metadata"],
            session_id=values["session_id"],
            event_start=_optional_moment("event_start", values["event_start"]),
            event_end=_optional_moment("event_end", values["event_end"]),
            most_bytes=self._max_content_bytes,
        )
        revision = self._known("revision", values["revision"], values["created_at"])
        deleted = values["deleted_revision"]
        if deleted is not None or values["deleted_at"] is not None:
            deleted = self._known("deleted_revision", deleted, values["deleted_at"])
        absences = self._absences(values["absences"])
        _check_intervals(revision, absences, deleted)
        ordinal = _integer("ordinal", values["ordinal"], 0)
        place = revision * (validation.MAX_INTEGER + 1) + ordinal
        if place in self._places:
            raise _refusal("another version has its place in its revision")
        self._places.add(place)
        version = MemoryVersion(
            id=validation.identifier("id", values["id"]),
            chain_id=chain_id,
            contact_id=contact_id,
            number=validation.integer("number", values["number"], 1),
            content=draft.content,
            categories=draft.categories,
            metadata_json=draft.metadata_json,
            session_id=draft.session_id,
            event_start=draft.event_start,
            event_end=draft.event_end,
            created_at=self._time(revision),
            revision=revision,
            deleted_at=None if deleted is None else self._time(deleted),
            deleted_revision=deleted,
            ordinal=ordinal,
        )
        return VersionFacts(version, ordinal, absences)

    def _connection(self, values: Values) -> tuple[ConnectionFacts, tuple[Any, ...]]:
        source_id = validation.identifier("source_id", values["source_id"])
        target_id = validation.identifier("target_id", values["target_id"])
        validation.not_itself(source_id, target_id)
        name = validation.text("name", values["name"])
        revision = self._known("revision", values["revision"], values["created_at"])
        until = values["until"]
        if until is not None and self._number("until", until) <= revision:
            raise _refusal("it ends before it begins")
        connection = Connection(
            source_id,
            target_id,
            name,
            validation.metadata(values["metadata"]),
            self._time(revision),
            revision,
        )
        return ConnectionFacts(connection, until), (source_id, target_id, name, revision)

    def _absences(self, values: object) -> tuple[Interval, ...]:
        found = []
        for each in _list("absences", values):
            pair = _list("absences", each)
            if len(pair) != 2:
                raise _refusal("an absence is not a pair of revisions")
            found.append((self._number("absences", pair[0]), self._number("absences", pair[1])))
        return tuple(found)

    def _known(self, field: str, number: object, moment: object) -> int:
        """A revision that there is, whose time the line gives rightly."""
        found = self._number(field, number)
        if _moment("its time", moment) != self._time(found):
            raise _refusal(f"its time is not that of its {field}")
        return found

    def _number(self, field: str, value: object) -> int:
        return validation.integer(field, value, 1, len(self._times))

    def _time(self, number: int) -> datetime:
        return _EPOCH + timedelta(microseconds=self._times[number - 1])


def _check_intervals(created: int, absences: tuple[Interval, ...], deleted: int | None) -> None:
    edges = [created, *(edge for interval in absences for edge in interval)]
    edges += [] if deleted is None else [deleted]
    if edges != sorted(edges) or any(start >= end for start, end in absences):
        raise _refusal("its deletions overlap, or come before it")


def _counts(values: object) -> RevisionCounts:
    names = {each.name for each in fields(RevisionCounts)}
    if type(values) is not dict or values.keys() != names:
        raise _refusal("its counts are not a revision's")
    return RevisionCounts(**{name: _integer(name, values[name], 0) for name in values})


def _integer(field: str, value: object, least: int) -> int:
    """An int that every backend can keep."""
    return validation.integer(field, value, least, validation.MAX_INTEGER)


def _list(field: str, value: object) -> list[Any]:
    if type(value) is not list:
        raise InvalidInputError(field, "must be a list")
    return value


def _optional_moment(field: str, value: object) -> datetime | None:
    return None if value is None else _moment(field, value)


def _moment(field: str, value: object) -> datetime:
    """A time as `encode` writes it, and no other way."""
    try:
        found = datetime.fromisoformat(validation.text(field, value))
        if found.utcoffset() == timedelta(0) and found.isoformat() == value:
            return found
    except ValueError:
        pass
    raise InvalidInputError(field, "must be a time in UTC as a dump writes it")
