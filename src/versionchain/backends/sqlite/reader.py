"""Reading a tenant in the file as it stands now.

May live here: the questions as SQL, and the answers as records. May not be known here: writing.

Every statement is a constant, so that SQLite compiles it once a connection; whatever varies is a
bound parameter. Every statement starts from the tenant's key, and reaches chains and versions
through it alone.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise, starmap
from typing import Any, Final

from ...chain import Interval, Marked, Node, Outline, Span, oldest
from ...errors import CorruptStoreError
from ...facts import ChainFacts, ConnectionFacts, VersionFacts
from ...model import Connection, Count, MemoryVersion, Position, Revision, Violation, position
from ..base import sorted_connections
from . import erase, rows
from .check import self_check
from .faults import RAISED, translate
from .rows import Row

_CHUNK: Final = 500
_FIRST: Final[Position] = (-1, -1)
_LAST: Final[Position] = (1 << 62, 0)

# The one place where SQL says which versions are visible now; `chain.visible` is the rule.
_LIVING: Final = "v.deleted = 0"

_NEIGHBOURS: Final = """
    CASE WHEN v.number > 1 THEN (
        SELECT p.id FROM versions p WHERE p.chain = v.chain AND p.deleted = 0
            AND p.number < v.number ORDER BY p.number DESC LIMIT 1) END,
    n.id, n.created_at"""
_NEXT: Final = """
    LEFT JOIN versions n ON n.chain = v.chain AND n.deleted = 0 AND n.number = (
        SELECT min(o.number) FROM versions o
        WHERE o.chain = v.chain AND o.deleted = 0 AND o.number > v.number)"""
_LATEST_NEIGHBOURS: Final = _NEIGHBOURS.replace("n.id, n.created_at", "NULL, NULL")
_OWNERS: Final = "JOIN chains c ON c.key = v.chain JOIN contacts k ON k.key = c.contact"

# An id names a memory where it is the chain's own (number 0), or that of a living version.
_NAMES_A_MEMORY: Final = """(i.number = 0 OR EXISTS (
    SELECT 1 FROM versions x WHERE x.chain = i.chain AND x.deleted = 0 AND x.number = i.number))"""

_TENANT: Final = "SELECT key FROM tenants WHERE name = ?"
_NEWEST: Final = """
    SELECT number, created_at FROM revisions WHERE tenant = ? ORDER BY number DESC LIMIT 1"""
_VERSION: Final = f"""
    SELECT {rows.VERSION_COLUMNS}, {_NEIGHBOURS}
    FROM ids i JOIN versions v ON v.chain = i.chain AND {_LIVING} AND v.number = i.number
    {_OWNERS} {_NEXT}
    WHERE i.tenant = ? AND i.id = ?"""
_HEAD: Final = f"""
    SELECT {rows.VERSION_COLUMNS}, {_LATEST_NEIGHBOURS}
    FROM ids i JOIN chains c ON c.key = i.chain JOIN contacts k ON k.key = c.contact
    JOIN versions v ON v.chain = c.key AND {_LIVING} AND v.number = c.latest
    WHERE i.tenant = ? AND i.id = ? AND {_NAMES_A_MEMORY}"""
_HISTORY: Final = f"""
    SELECT {rows.VERSION_COLUMNS} FROM ids i JOIN versions v ON v.chain = i.chain AND {_LIVING}
    {_OWNERS} WHERE i.tenant = ? AND i.id = ? AND {_NAMES_A_MEMORY} ORDER BY v.number"""
_WHOLE_HISTORY: Final = f"""
    SELECT {rows.VERSION_COLUMNS} FROM ids i JOIN versions v ON v.chain = i.chain
    {_OWNERS} WHERE i.tenant = ? AND i.id = ? ORDER BY v.number"""
_MEMORIES: Final = f"""
    SELECT {rows.VERSION_COLUMNS}, {_LATEST_NEIGHBOURS}
    FROM contacts k JOIN chains c ON c.contact = k.key
    JOIN versions v ON v.chain = c.key AND {_LIVING} AND v.number = c.latest
    WHERE k.tenant = ? AND k.contact_id = ? AND (c.revision, c.ordinal) < (?, ?)
    ORDER BY c.revision DESC, c.ordinal DESC LIMIT ?"""
_BY_CONTACT: Final = """
    FROM contacts k JOIN versions v ON v.contact = k.key JOIN chains c ON c.key = v.chain"""
_OLDEST_FIRST: Final = """
    k.tenant = ? AND k.contact_id = ? AND (v.revision, v.ordinal) > (?, ?)
    ORDER BY v.revision, v.ordinal LIMIT ?"""
_VERSIONS: Final = f"""
    SELECT {rows.VERSION_COLUMNS}, {_NEIGHBOURS} {_BY_CONTACT} {_NEXT}
    WHERE {_LIVING} AND {_OLDEST_FIRST}"""
_DELETED_VERSIONS: Final = f"""
    SELECT {rows.VERSION_COLUMNS} {_BY_CONTACT} WHERE v.deleted > 0 AND {_OLDEST_FIRST}"""
_KNOWN_CONTACTS: Final = """
    SELECT k.contact_id FROM contacts k WHERE k.tenant = ? AND k.contact_id > ?
    ORDER BY k.contact_id LIMIT ?"""
_CONTACTS: Final = _KNOWN_CONTACTS.replace(
    "ORDER",
    "AND EXISTS (SELECT 1 FROM chains c WHERE c.contact = k.key AND c.revision >= 0) ORDER",
)
_SEEN: Final = "SELECT key FROM contacts WHERE tenant = ? AND contact_id = ?"
_COUNT: Final = """
    SELECT (SELECT count(*) FROM chains c WHERE c.contact = k.key AND c.revision >= 0),
        (SELECT count(*) FROM versions v WHERE v.contact = k.key),
        (SELECT count(*) FROM versions v WHERE v.contact = k.key AND v.deleted > 0)
    FROM contacts k WHERE k.tenant = ? AND k.contact_id = ?"""
_CHAIN: Final = """
    SELECT c.key, c.chain_id, k.contact_id, c.last_number, c.latest
    FROM ids i JOIN chains c ON c.key = i.chain JOIN contacts k ON k.key = c.contact
    WHERE i.tenant = ? AND i.id = ?"""
_NODE: Final = f"SELECT {rows.NODE_COLUMNS} FROM versions v WHERE v.chain = ? AND {_LIVING}"
_NODE_AT: Final = f"{_NODE} AND v.number = ?"
_NODE_BELOW: Final = f"{_NODE} AND v.number < ? ORDER BY v.number DESC LIMIT 1"
_NODE_ABOVE: Final = f"{_NODE} AND v.number > ? ORDER BY v.number LIMIT 1"
_COUNT_BETWEEN: Final = f"""
    SELECT count(*) FROM versions v WHERE v.chain = ? AND {_LIVING} AND v.number BETWEEN ? AND ?"""
_OUTLINE: Final = f"{_NODE} ORDER BY v.number"
_OUTLINES: Final = f"""
    SELECT c.chain_id, {rows.NODE_COLUMNS}
    FROM contacts k JOIN chains c ON c.contact = k.key
    JOIN versions v ON v.chain = c.key AND {_LIVING}
    WHERE k.tenant = ? AND k.contact_id = ? ORDER BY c.chain_id, v.number"""
_MARKED: Final = f"""
    SELECT c.chain_id, k.contact_id, c.key, c.latest, {rows.NODE_COLUMNS}
    FROM contacts k JOIN versions v ON v.contact = k.key AND v.deleted > 0
    JOIN chains c ON c.key = v.chain
    WHERE k.tenant = ? AND k.contact_id = ? AND v.deleted = ? ORDER BY c.chain_id, v.number"""
_MARKED_UNTIL: Final = """
    SELECT k.contact_id, count(*) FROM contacts k
    JOIN versions v ON v.contact = k.key AND v.deleted > 0
    WHERE k.tenant = ? AND v.deleted <= ? GROUP BY k.contact_id"""
_TAKEN: Final = "SELECT 1 FROM ids WHERE tenant = ? AND id = ?"
_IDS: Final = "SELECT id FROM ids WHERE tenant = ? AND id >= ? AND id < ? ORDER BY id LIMIT ?"
_ENDS: Final = "JOIN chains s ON s.key = n.source JOIN chains t ON t.key = n.target"
_CONNECTIONS_FROM: Final = f"""
    SELECT {rows.CONNECTION_COLUMNS} FROM connections n {_ENDS}
    WHERE n.source = ? AND n.until IS NULL AND s.revision >= 0 AND t.revision >= 0"""
_CONNECTIONS: Final = f"""
    {_CONNECTIONS_FROM} UNION ALL {_CONNECTIONS_FROM.replace("n.source =", "n.target =")}"""
_CONNECTION: Final = f"""
    SELECT {rows.CONNECTION_COLUMNS} FROM connections n {_ENDS}
    WHERE n.source = ? AND n.target = ? AND n.kind = ? AND n.until IS NULL"""
_LINKS_FROM: Final = f"""
    SELECT {rows.CONNECTION_COLUMNS}, n.until FROM connections n {_ENDS} WHERE n.source = ?"""
_LINKS_OF: Final = f"""
    {_LINKS_FROM} UNION ALL {_LINKS_FROM.replace("n.source =", "n.target =")}"""
_LINKS: Final = f"""
    SELECT {rows.CONNECTION_COLUMNS.replace("t.chain_id", "coalesce(t.chain_id, '')")}, n.until
    FROM contacts k JOIN chains s ON s.contact = k.key JOIN connections n ON n.source = s.key
    LEFT JOIN chains t ON t.key = n.target
    WHERE k.tenant = ? ORDER BY s.chain_id, t.chain_id, n.kind, n.revision"""
_REVISION: Final = f"""
    SELECT {rows.REVISION_COLUMNS}, (
        SELECT json_group_array(k.contact_id) FROM touched d JOIN contacts k ON k.key = d.contact
        WHERE d.tenant = r.tenant AND d.revision = r.number)"""
_REVISIONS: Final = f"""
    {_REVISION} FROM revisions r WHERE r.tenant = ? AND r.number > ? ORDER BY r.number LIMIT ?"""
_REVISIONS_OF: Final = f"""
    {_REVISION} FROM contacts o JOIN touched u ON u.contact = o.key
    JOIN revisions r ON r.tenant = o.tenant AND r.number = u.revision
    WHERE o.tenant = ? AND o.contact_id = ? AND u.revision > ? ORDER BY u.revision LIMIT ?"""
_CHAINS: Final = """
    SELECT c.key, c.chain_id, k.contact_id, c.last_number, i.id
    FROM ids i JOIN chains c ON c.key = i.chain JOIN contacts k ON k.key = c.contact
    WHERE i.tenant = ? AND i.number = 0 AND i.id > ? ORDER BY i.id LIMIT ?"""
_CHAINS_OF: Final = """
    SELECT c.key, c.chain_id, k.contact_id, c.last_number
    FROM contacts k JOIN chains c ON c.contact = k.key WHERE k.tenant = ? AND k.contact_id = ?"""
_FACTS: Final = f"""
    SELECT {rows.VERSION_COLUMNS} FROM versions v {_OWNERS} WHERE v.chain = ? ORDER BY v.number"""
_ABSENCES: Final = """
    SELECT number, deleted, restored FROM absences WHERE chain = ? ORDER BY number, deleted"""


class SQLiteReader:
    """The newest state of one tenant. `base.Reader` says what each method promises.

    Args:
        connection: in a transaction of its own, so that all answers are of one state.
        tenant_key: the tenant's key in the file; 0 for one that never wrote.
    """

    def __init__(self, connection: sqlite3.Connection, tenant_key: int) -> None:
        self._connection = connection
        self._tenant = tenant_key

    def newest(self) -> tuple[int, datetime | None]:
        row = self._row(_NEWEST, self._tenant)
        return (0, None) if row is None else (rows.number(row[0]), rows.moment(row[1]))

    def version(self, version_id: str) -> MemoryVersion | None:
        row = self._row(_VERSION, self._tenant, version_id)
        return None if row is None else rows.version(*row)

    def head(self, id: str) -> MemoryVersion | None:
        row = self._row(_HEAD, self._tenant, id)
        return None if row is None else rows.version(*row)

    def history(self, id: str, *, include_deleted: bool) -> list[MemoryVersion]:
        sql = _WHOLE_HISTORY if include_deleted else _HISTORY
        return _linked(self._rows(sql, self._tenant, id))

    def memories(
        self, contact_id: str, *, before: Position | None, limit: int
    ) -> list[MemoryVersion]:
        place = before or _LAST
        found = self._rows(_MEMORIES, self._tenant, contact_id, *place, limit)
        return list(starmap(rows.version, found))

    def versions(
        self, contact_id: str, *, deleted: bool, after: Position | None, limit: int
    ) -> list[MemoryVersion]:
        sql = _DELETED_VERSIONS if deleted else _VERSIONS
        found = self._rows(sql, self._tenant, contact_id, *(after or _FIRST), limit)
        return list(starmap(rows.version, found))

    def contacts(self, *, after: str | None, limit: int) -> list[str]:
        return self._texts(_CONTACTS, self._tenant, after or "", limit)

    def known_contacts(self, *, after: str | None, limit: int) -> list[str]:
        found = self._texts(_KNOWN_CONTACTS, self._tenant, after or "", limit)
        require_rising([after or "", *found])
        return found

    def seen(self, contact_id: str) -> bool:
        return self._row(_SEEN, self._tenant, contact_id) is not None

    def count(self, contact_id: str) -> Count:
        row = self._row(_COUNT, self._tenant, contact_id)
        if row is None:
            return Count(0, 0, 0)
        memories, versions, deleted = row
        return Count(memories, versions - deleted, deleted)

    def span(self, last: MemoryVersion, *, first: int) -> Span:
        key, chain_id, contact_id, _, latest = self._chain(last.chain_id)
        left = self._row(_NODE_BELOW, key, first)
        right = self._row(_NODE_ABOVE, key, last.number)
        return Span(
            chain_id,
            contact_id,
            first=first,
            last=last.number,
            count=self._rows(_COUNT_BETWEEN, key, first, last.number)[0][0],
            left=None if left is None else rows.node(left),
            right=None if right is None else rows.node(right),
            latest=self._node(key, latest),
        )

    def outline(self, chain_id: str) -> Outline:
        key, _, contact_id, _, _ = self._chain(chain_id)
        return Outline(chain_id, contact_id, tuple(map(rows.node, self._rows(_OUTLINE, key))))

    def outlines(self, contact_id: str) -> list[Outline]:
        found = self._rows(_OUTLINES, self._tenant, contact_id)
        return [
            Outline(chain_id, contact_id, tuple(rows.node(row[1:]) for row in nodes))
            for chain_id, nodes in groupby(found, key=lambda row: row[0])
        ]

    def spans(self, contact_id: str) -> list[Span]:
        return [oldest(each, len(each.nodes)) for each in self.outlines(contact_id)]

    def marked_by(self, revision: int, contact_id: str) -> list[Marked]:
        found = self._rows(_MARKED, self._tenant, contact_id, revision)
        return [
            Marked(
                chain_id,
                contact_id,
                None if latest is None else self._node(key, latest),
                tuple(rows.node(row[4:]) for row in nodes),
            )
            for (chain_id, contact_id, key, latest), nodes in groupby(
                found, key=lambda row: tuple(row[:4])
            )
        ]

    def marked_until(self, revision: int) -> dict[str, int]:
        found = self._rows(_MARKED_UNTIL, self._tenant, revision)
        return {rows.text(row[0]): row[1] for row in found}

    def purge_due(self) -> bool:
        return self._row(erase.DUE) is not None

    def last_number(self, chain_id: str) -> int:
        return rows.number(self._chain(chain_id)[3])

    def taken(self, ids: Sequence[str]) -> str | None:
        return next((id for id in ids if self._row(_TAKEN, self._tenant, id) is not None), None)

    def ids(self, prefix: str, *, limit: int) -> list[str]:
        above = prefix + "\U0010ffff"
        return self._texts(_IDS, self._tenant, prefix, above, limit)

    def connections(self, chain_id: str) -> list[Connection]:
        key = self._chain(chain_id)[0]
        return sorted_connections(list(map(rows.connection, self._rows(_CONNECTIONS, key, key))))

    def connection(self, source_id: str, target_id: str, kind: str) -> Connection | None:
        source, target = self._chain(source_id)[0], self._chain(target_id)[0]
        row = self._row(_CONNECTION, source, target, kind)
        return None if row is None else rows.connection(row)

    def revisions(self, *, since: int, contact_id: str | None, limit: int) -> list[Revision]:
        if contact_id is None:
            found = self._rows(_REVISIONS, self._tenant, since, limit)
        else:
            found = self._rows(_REVISIONS_OF, self._tenant, contact_id, since, limit)
        revisions = list(map(rows.revision, found))
        require_rising([since, *(revision.number for revision in revisions)])
        return revisions

    def chains(self) -> Iterator[ChainFacts]:
        after = ""
        while found := self._rows(_CHAINS, self._tenant, after, _CHUNK):
            require_rising([after, *(row[4] for row in found)])
            yield from (self._facts(row[:4]) for row in found)
            after = found[-1][4]

    def links(self) -> Iterator[ConnectionFacts]:
        return map(_link, self._rows(_LINKS, self._tenant))

    def facts_of(self, id: str) -> ChainFacts | None:
        row = self._row(_CHAIN, self._tenant, id)
        return None if row is None else self._facts(row[:4])

    def facts_of_contact(self, contact_id: str) -> list[ChainFacts]:
        return list(map(self._facts, self._rows(_CHAINS_OF, self._tenant, contact_id)))

    def links_of(self, chain_id: str) -> list[ConnectionFacts]:
        key = self._chain(chain_id)[0]
        return list(map(_link, self._rows(_LINKS_OF, key, key)))

    def self_check(self) -> Iterator[Violation]:
        return self_check(self._connection, self._tenant)

    def _chain(self, chain_id: str) -> Row:
        """A chain's key, id, contact, highest number and its latest's number."""
        row = self._row(_CHAIN, self._tenant, chain_id)
        if row is None:
            raise CorruptStoreError("The file has an id without its chain: restore a backup.")
        return row

    def _node(self, chain: int, number: int) -> Node:
        row = self._row(_NODE_AT, chain, number)
        if row is None:
            raise CorruptStoreError("The file has a chain without its latest: restore a backup.")
        return rows.node(row)

    def _facts(self, row: Row) -> ChainFacts:
        key, chain_id, contact_id, last_number = row
        absences: dict[int, list[Interval]] = {}
        for number, *interval in self._rows(_ABSENCES, key):
            deleted, restored = map(rows.number, interval)
            absences.setdefault(number, []).append((deleted, restored))
        versions = starmap(rows.version, self._rows(_FACTS, key))
        return ChainFacts(
            rows.text(chain_id),
            rows.text(contact_id),
            rows.number(last_number),
            tuple(
                VersionFacts(each, position(each)[1], tuple(absences.get(each.number, ())))
                for each in versions
            ),
        )

    def _row(self, sql: str, *values: object) -> Row | None:
        return first_row(self._connection, sql, values)

    def _texts(self, sql: str, *values: object) -> list[str]:
        return [rows.text(row[0]) for row in self._rows(sql, *values)]

    def _rows(self, sql: str, *values: object) -> list[Row]:
        # All at once: an open cursor would hold back the write-ahead log.
        try:
            return self._connection.execute(sql, values).fetchall()
        except RAISED as error:
            raise translate(error) from None


def find_tenant(connection: sqlite3.Connection, tenant: str) -> int:
    """The tenant's key in the file; 0 where it has none. O(log n)."""
    row = first_row(connection, _TENANT, (tenant,))
    return 0 if row is None else row[0]


def first_row(connection: sqlite3.Connection, sql: str, values: Row) -> Row | None:
    """The first row of an answer, or None. SQLite's errors come out as typed ones."""
    try:
        row: Row | None = connection.execute(sql, values).fetchone()
    except RAISED as error:
        raise translate(error) from None
    return row


def require_rising(keys: Sequence[Any]) -> None:
    """Refuses an order that is none: whoever went on from its last would go round for ever. O(n).

    Raises:
        CorruptStoreError: a key is not above the one before it, or is of another type.
    """
    kind = type(keys[0])
    if any(type(key) is not kind for key in keys) or any(a >= b for a, b in pairwise(keys)):
        raise CorruptStoreError("The file's order is damaged: restore a backup.")


def _linked(found: list[Row]) -> list[MemoryVersion]:
    """The rows of one chain as records, the living ones linked over the deleted ones."""
    living = [row for row in found if not row[13]]
    followers = iter([*((row[0], row[10]) for row in living[1:]), (None, None)])
    previous = None
    linked = []
    for row in found:
        if row[13]:
            linked.append(rows.version(*row))
        else:
            between: Row = (previous, *next(followers))
            linked.append(rows.version(*row, *between))
            previous = row[0]
    return linked


def _link(row: Row) -> ConnectionFacts:
    until = None if row[-1] is None else rows.number(row[-1])
    return ConnectionFacts(rows.connection(row[:-1]), until)
