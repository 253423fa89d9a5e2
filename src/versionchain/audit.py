"""Whether everything holds that always holds.

May live here: one check an invariant, over the facts of a tenant and the answers drawn from them.
May not be known here: how to repair anything, or how a backend keeps its facts.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from attrs import evolve

from .backends.base import Reader
from .chain import linked
from .errors import StorageError
from .facts import ChainFacts, ConnectionFacts, VersionFacts
from .model import (
    Count,
    Invariant,
    MemoryVersion,
    Position,
    Report,
    ReportCounts,
    Violation,
    position,
)

_PAGE = 1000


def audit(reader: Reader) -> Report:
    """Checks one tenant, as far as the storage can be read. O(n).

    Raises:
        StorageError: it can't, and can't say why either.
    """
    walk = _Audit(reader)
    storage = list(reader.self_check())
    violations: list[Violation] = []
    try:
        for step in (walk.revisions, walk.chains, walk.listings, walk.connections):
            violations += step()
    except StorageError:
        if not storage:
            raise
    return Report((*violations, *storage), walk.counts())


class _Audit:
    """One walk over a tenant: what it saw on the way is what later steps compare with."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._times: list[datetime] = []
        self._ids: set[str] = set()
        self._places: dict[Position, str] = {}
        self._chain_ids: set[str] = set()
        self._found: Counter[str] = Counter()
        self._counts: dict[str, Count] = {}
        self._latest: dict[str, list[tuple[Position, str]]] = {}

    def counts(self) -> ReportCounts:
        totals = self._counts.values()
        return ReportCounts(
            contacts=len(self._counts),
            chains=len(self._chain_ids),
            memories=sum(count.memories for count in totals),
            versions=sum(count.versions for count in totals),
            deleted=sum(count.deleted for count in totals),
            connections=self._found["connections"],
            revisions=len(self._times),
        )

    def revisions(self) -> Iterator[Violation]:
        since = 0
        while page := self._reader.revisions(since=since, contact_id=None, limit=_PAGE):
            for revision in page:
                expected = len(self._times) + 1
                if revision.number != expected:
                    yield _violation(Invariant.REVISIONS, revision.number, f"not {expected}")
                if self._times and revision.created_at < self._times[-1]:
                    yield _violation(Invariant.ORDER, revision.number, "time falls")
                self._times.append(revision.created_at)
            highest = max([since, *(revision.number for revision in page[:-1])])
            since = page[-1].number
            if since <= highest:
                return  # reported above; going on from it would read the same again, for ever

    def chains(self) -> Iterator[Violation]:
        for facts in self._reader.chains():
            self._chain_ids.add(facts.chain_id)
            for id in (facts.chain_id, *(each.version.id for each in facts.versions)):
                if id in self._ids:
                    yield _violation(Invariant.IDS_UNIQUE, id, "is there twice")
                self._ids.add(id)
            yield from self._order(facts)
            for each in facts.versions:
                yield from self._deletions(each)
            yield from self._links(facts)
            self._remember(facts)

    def _order(self, facts: ChainFacts) -> Iterator[Violation]:
        versions = [each.version for each in facts.versions]
        for before, after in pairwise(versions):
            if before.number >= after.number:
                yield _violation(Invariant.NUMBERS_UNIQUE, after.id, "number does not rise")
            if before.revision > after.revision or before.created_at > after.created_at:
                yield _violation(Invariant.ORDER, after.id, "revision or time falls")
        for version in versions:
            if not 1 <= version.number <= facts.last_number:
                yield _violation(Invariant.NUMBERS_UNIQUE, version.id, "number out of range")
            if (version.chain_id, version.contact_id) != (facts.chain_id, facts.contact_id):
                yield _violation(Invariant.ONE_CONTACT, version.id, "of another chain or contact")
            if self._places.setdefault(position(version), version.id) != version.id:
                yield _violation(Invariant.ORDER, version.id, "at another's place in its revision")
            if self._time_of(version.revision) != version.created_at:
                yield _violation(Invariant.ORDER, version.id, "not of its revision's time")

    def _deletions(self, facts: VersionFacts) -> Iterator[Violation]:
        version = facts.version
        open_mark = [] if version.deleted_revision is None else [(version.deleted_revision, None)]
        intervals = [*facts.absences, *open_mark]
        for start, end in intervals:
            if self._time_of(start) is None or start < version.revision:
                yield _violation(Invariant.DELETIONS, version.id, f"deleted by {start}")
            if end is not None and (end <= start or self._time_of(end) is None):
                yield _violation(Invariant.INTERVALS, version.id, f"from {start} to {end}")
        for (_, end), (start, _) in pairwise(intervals):
            if end is None or start < end:
                yield _violation(Invariant.INTERVALS, version.id, f"{start} overlaps")
        if version.deleted_revision is None:
            expected = None
        else:
            expected = self._time_of(version.deleted_revision)
        if version.deleted_at != expected:
            yield _violation(Invariant.DELETIONS, version.id, "not of its deletion's time")

    def _links(self, facts: ChainFacts) -> Iterator[Violation]:
        reader, id = self._reader, facts.chain_id
        bare = [_bare(each.version) for each in facts.versions]
        living = linked([version for version in bare if version.deleted_revision is None])
        if reader.history(id, include_deleted=False) != living:
            yield _violation(Invariant.LINKS, id, "the history is not the order's")
        head = reader.head(id)
        if head != (living[-1] if living else None):
            yield _violation(Invariant.ONE_LATEST, id, "the latest is not the last living version")
        if any(reader.version(version.id) != version for version in living):
            yield _violation(Invariant.LINKS, id, "a version alone differs from the history's")
        gone = [version for version in bare if version.deleted_revision is not None]
        shown = reader.history(id, include_deleted=True)
        if [version for version in shown if version.deleted_revision is not None] != gone:
            yield _violation(Invariant.DELETED_UNLINKED, id, "a deleted version is linked or lost")
        if any(reader.version(version.id) is not None for version in gone):
            yield _violation(Invariant.DELETED_UNLINKED, id, "a deleted version is readable")

    def _remember(self, facts: ChainFacts) -> None:
        versions = [each.version for each in facts.versions]
        living = [each for each in facts.versions if each.version.deleted_revision is None]
        count = self._counts.get(facts.contact_id, Count(0, 0, 0))
        self._counts[facts.contact_id] = Count(
            count.memories + bool(living),
            count.versions + len(living),
            count.deleted + len(versions) - len(living),
        )
        if living:
            last = living[-1]
            at = (last.version.revision, last.ordinal)
            self._latest.setdefault(facts.contact_id, []).append((at, last.version.id))

    def listings(self) -> Iterator[Violation]:
        reader = self._reader
        for contact_id, count in self._counts.items():
            if reader.count(contact_id) != count:
                yield _violation(Invariant.COUNTERS, contact_id, "the counters disagree")
            expected = sorted(self._latest.get(contact_id, ()), reverse=True)
            if self._listed(contact_id) != [id for _, id in expected]:
                yield _violation(Invariant.COUNTERS, contact_id, "the listing disagrees")

    def _listed(self, contact_id: str) -> list[str]:
        ids: list[str] = []
        before = None
        while page := self._reader.memories(contact_id, before=before, limit=_PAGE):
            ids += [version.id for version in page]
            last = position(page[-1])
            if before is not None and last >= before:
                break  # the listing runs in a circle, and is longer than it may be
            before = last
        return ids

    def connections(self) -> Iterator[Violation]:
        last: ConnectionFacts | None = None
        for facts in self._reader.links():
            connection = facts.connection
            ends = (connection.source_id, connection.target_id)
            subject = " ".join((*ends, connection.kind))
            if ends[0] == ends[1] or not self._chain_ids.issuperset(ends):
                yield _violation(Invariant.CONNECTIONS, subject, "an end is missing or its own")
            if self._time_of(connection.revision) != connection.created_at:
                yield _violation(Invariant.CONNECTIONS, subject, "not of its revision's time")
            if facts.until is not None and facts.until <= connection.revision:
                yield _violation(Invariant.CONNECTIONS, subject, "ends before it begins")
            if facts.until is not None and self._time_of(facts.until) is None:
                yield _violation(Invariant.CONNECTIONS, subject, "ended by no revision")
            if last is not None and _key(last) == _key(facts) and _overlap(last, facts):
                yield _violation(Invariant.CONNECTIONS, subject, "is there twice")
            self._found["connections"] += facts.until is None
            last = facts

    def _time_of(self, revision: int) -> datetime | None:
        return self._times[revision - 1] if 1 <= revision <= len(self._times) else None


def _key(facts: ConnectionFacts) -> tuple[str, str, str]:
    connection = facts.connection
    return connection.source_id, connection.target_id, connection.kind


def _overlap(before: ConnectionFacts, after: ConnectionFacts) -> bool:
    return before.until is None or before.until > after.connection.revision


def _bare(version: MemoryVersion) -> MemoryVersion:
    return evolve(version, previous_id=None, next_id=None, superseded_at=None)


def _violation(invariant: Invariant, subject: object, detail: str) -> Violation:
    return Violation(invariant, str(subject), detail)
