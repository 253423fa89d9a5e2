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
from operator import add, attrgetter, itemgetter
from typing import Any, Final

from ...chain import Interval, Marked, Node, Outline, Span
from ...errors import CorruptStoreError
from ...facts import ChainFacts, ConnectionFacts, VersionFacts
from ...model import Connection, Count, MemoryVersion, Position, Revision, Violation, position
from ..base import sorted_connections
from . import erase, rows
from .check import self_check
from .faults import Row, all_rows, first_row

_CHUNK: Final = 500
_FIRST: Final[Position] = (-1, -1)
_NUMBER: Final = attrgetter("number")
_LINKS_AT, _DELETED = 13, 16  # where a row has them
LAST: Final[Position] = (1 << 62, 0)
"""After every place."""

# The one place where SQL says which versions are visible now; `chain.visible` is the rule.
_LIVING: Final = "v.deleted = 0"

_PREVIOUS: Final = """
    CASE WHEN v.number > 1 THEN (
        SELECT p.id FROM versions p WHERE p.chain = v.chain AND p.deleted = 0
            AND p.number < v.number ORDER BY p.number DESC LIMIT 1) END"""
_NEIGHBOURS: Final = f"{_PREVIOUS}, n.id, n.created_at"
_NEXT: Final = """
    LEFT JOIN versions n ON n.chain = v.chain AND n.deleted = 0 AND n.number = (
        SELECT min(o.number) FROM versions o
        WHERE o.chain = v.chain AND o.deleted = 0 AND o.number > v.number)"""

# An id names a memory where it is the chain's own (number 0), or that of a living version: most
# often of the very one that is found.
_NAMES_A_MEMORY: Final = """(i.number = 0 OR i.number = v.number OR EXISTS (
    SELECT 1 FROM versions x WHERE x.chain = i.chain AND x.deleted = 0 AND x.number = i.number))"""

_TENANT: Final = "SELECT key FROM tenants WHERE name = ?"
_NEWEST: Final = """
    SELECT number, created_at FROM revisions WHERE tenant = ? ORDER BY number DESC LIMIT 1"""
_VERSION: Final = f"""
    SELECT {rows.LIVING_COLUMNS}, {_NEIGHBOURS}
    FROM ids i JOIN versions v ON v.chain = i.chain AND {_LIVING} AND v.number = i.number {_NEXT}
    WHERE i.tenant = ? AND i.id = ?"""
_HEAD: Final = f"""
    SELECT {rows.LIVING_COLUMNS}, {_PREVIOUS}
    FROM ids i JOIN versions v ON v.chain = i.chain AND {_LIVING}
    WHERE i.tenant = ? AND i.id = ? AND {_NAMES_A_MEMORY} ORDER BY v.number DESC LIMIT 1"""
_HISTORY: Final = f"""
    SELECT {rows.LIVING_COLUMNS} FROM ids i JOIN versions v ON v.chain = i.chain AND {_LIVING}
    WHERE i.tenant = ? AND i.id = ? AND {_NAMES_A_MEMORY.replace("OR i.number = v.number ", "")}
    ORDER BY v.number"""
_WHOLE_HISTORY: Final = f"""
    SELECT {rows.VERSION_COLUMNS} FROM ids i JOIN versions v ON v.chain = i.chain
    WHERE i.tenant = ? AND i.id = ? ORDER BY v.number"""
_MEMORIES: Final = f"""
    SELECT {rows.LIVING_COLUMNS}, {_PREVIOUS}
    FROM contacts k JOIN versions v ON v.contact = k.key AND v.latest = 1 AND {_LIVING}
    WHERE k.tenant = ? AND k.contact_id = ? AND (v.revision, v.ordinal) < (?, ?)
    ORDER BY v.revision DESC, v.ordinal DESC LIMIT ?"""
_OLDEST_FIRST: Final = """
    k.tenant = ? AND k.contact_id = ? AND (v.revision, v.ordinal) > (?, ?)
    ORDER BY v.revision, v.ordinal LIMIT ?"""
_SUPERSEDED: Final = f"""
    SELECT {rows.LIVING_COLUMNS}, {_NEIGHBOURS}
    FROM contacts k JOIN versions v ON v.contact = k.key AND v.latest = 0 AND {_LIVING} {_NEXT}
    WHERE {_OLDEST_FIRST}"""
_CURRENT: Final = _SUPERSEDED.replace("v.latest = 0", "v.latest = 1")
_DELETED_VERSIONS: Final = f"""
    SELECT {rows.VERSION_COLUMNS}
    FROM contacts k JOIN versions v ON v.contact = k.key AND v.latest = 0 AND v.deleted > 0
    WHERE {_OLDEST_FIRST}"""
_KNOWN_CONTACTS: Final = """
    SELECT k.contact_id FROM contacts k WHERE k.tenant = ? AND k.contact_id > ?
    ORDER BY k.contact_id LIMIT ?"""
_CONTACTS: Final = _KNOWN_CONTACTS.replace(
    "ORDER",
    "AND EXISTS (SELECT 1 FROM versions v WHERE v.contact = k.key AND v.latest = 1) ORDER",
)
_SEEN: Final = "SELECT key FROM contacts WHERE tenant = ? AND contact_id = ?"
_COUNT: Final = """
    SELECT (SELECT count(*) FROM versions v WHERE v.contact = k.key AND v.latest = 1),
        (SELECT count(*) FROM versions v WHERE v.contact = k.key),
        (SELECT count(*) FROM versions v WHERE v.contact = k.key AND v.deleted > 0)
    FROM contacts k WHERE k.tenant = ? AND k.contact_id = ?"""
_CHAIN: Final = """
    SELECT c.key, c.chain_id, c.last_number
    FROM ids i JOIN chains c ON c.key = i.chain WHERE i.tenant = ? AND i.id = ?"""
_LAST_NUMBER: Final = f"""
    SELECT max(c.last_number, (
        SELECT coalesce(max(v.number), 0) FROM versions v WHERE v.chain = c.key AND {_LIVING}))
    FROM ids i JOIN chains c ON c.key = i.chain WHERE i.tenant = ? AND i.id = ?"""
_NODE: Final = f"SELECT {rows.NODE_COLUMNS} FROM versions v WHERE v.chain = ? AND {_LIVING}"
_NODE_LATEST: Final = f"{_NODE} ORDER BY v.number DESC LIMIT 1"
_BELOW: Final = """(
    SELECT max(o.number) FROM versions o WHERE o.chain = ? AND o.deleted = 0 AND o.number < ?)"""
_ABOVE: Final = _BELOW.replace("max", "min").replace("< ?", "> ?")
_LAST_OF_ALL: Final = _BELOW.replace(" AND o.number < ?", "")
_ENDS_OF_SPAN: Final = " UNION ALL ".join(
    f"{_NODE} AND v.number = {which}" for which in (_BELOW, _ABOVE, _LAST_OF_ALL)
)
_COUNT_BETWEEN: Final = f"""
    SELECT count(*) FROM versions v WHERE v.chain = ? AND {_LIVING} AND v.number BETWEEN ? AND ?"""
_OUTLINE: Final = f"""
    SELECT v.contact_id, {rows.NODE_COLUMNS}
    FROM ids i JOIN versions v ON v.chain = i.chain AND {_LIVING}
    WHERE i.tenant = ? AND i.id = ? ORDER BY v.number"""
_OUTLINES: Final = f"""
    SELECT v.chain_id, {rows.NODE_COLUMNS}
    FROM contacts k JOIN versions v ON v.contact = k.key AND {_LIVING}
    WHERE k.tenant = ? AND k.contact_id = ? ORDER BY v.chain_id, v.number"""
_SPANS: Final = f"""
    SELECT v.chain_id, v.chain,
        CASE WHEN v.number = 1 THEN 1 ELSE (
            SELECT min(o.number) FROM versions o WHERE o.chain = v.chain AND o.deleted = 0) END,
        CASE WHEN v.number = 1 THEN 1 ELSE (
            SELECT count(*) FROM versions o WHERE o.chain = v.chain AND o.deleted = 0) END,
        {rows.NODE_COLUMNS}
    FROM contacts k JOIN versions v ON v.contact = k.key AND v.latest = 1 AND {_LIVING}
    WHERE k.tenant = ? AND k.contact_id = ?"""
_MARKED: Final = f"""
    SELECT v.chain_id, v.chain,
        EXISTS (SELECT 1 FROM versions o WHERE o.chain = v.chain AND o.deleted = 0),
        {rows.NODE_COLUMNS}
    FROM contacts k JOIN versions v ON v.contact = k.key AND v.deleted > 0
    WHERE k.tenant = ? AND k.contact_id = ? AND v.deleted = ? ORDER BY v.chain_id, v.number"""
_MARKED_UNTIL: Final = """
    SELECT k.contact_id, count(*) FROM contacts k
    JOIN versions v ON v.contact = k.key AND v.deleted > 0
    WHERE k.tenant = ? AND v.deleted <= ? GROUP BY k.contact_id"""
_IDS: Final = "SELECT id FROM ids WHERE tenant = ? AND id >= ? AND id < ? ORDER BY id LIMIT ?"
_ENDS: Final = "JOIN chains s ON s.key = n.source JOIN chains t ON t.key = n.target"
_LIVES: Final = f"EXISTS (SELECT 1 FROM versions v WHERE v.chain = s.key AND {_LIVING})"
_CONNECTIONS_FROM: Final = f"""
    SELECT {rows.CONNECTION_COLUMNS} FROM connections n {_ENDS}
    WHERE n.source = ? AND n.until IS NULL AND {_LIVES} AND {_LIVES.replace("s.key", "t.key")}"""
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
    FROM ids i JOIN chains s ON s.key = i.chain JOIN connections n ON n.source = s.key
    LEFT JOIN chains t ON t.key = n.target
    WHERE i.tenant = ? AND i.number = 0 ORDER BY s.chain_id, t.chain_id, n.kind, n.revision"""
_REVISION: Final = f"""
    SELECT {rows.REVISION_COLUMNS}, CASE WHEN r.contact IS NULL THEN (
        SELECT json_group_array(k.contact_id) FROM touched d JOIN contacts k ON k.key = d.contact
        WHERE d.tenant = r.tenant AND d.revision = r.number)
    ELSE (SELECT json_array(k.contact_id) FROM contacts k WHERE k.key = r.contact) END"""
_REVISIONS: Final = f"""
    {_REVISION} FROM revisions r WHERE r.tenant = ? AND r.number > ? ORDER BY r.number LIMIT ?"""
_REVISIONS_OF_ONE: Final = f"""
    {_REVISION} FROM contacts o JOIN revisions r ON r.contact = o.key AND r.contact > 0
    WHERE o.tenant = ? AND o.contact_id = ? AND r.number > ? ORDER BY r.number LIMIT ?"""
_REVISIONS_OF_MANY: Final = f"""
    {_REVISION} FROM contacts o JOIN touched u ON u.contact = o.key
    JOIN revisions r ON r.tenant = o.tenant AND r.number = u.revision
    WHERE o.tenant = ? AND o.contact_id = ? AND u.revision > ? ORDER BY u.revision LIMIT ?"""
_CHAINS: Final = """
    SELECT c.key, c.chain_id, c.last_number, i.id FROM ids i JOIN chains c ON c.key = i.chain
    WHERE i.tenant = ? AND i.number = 0 AND i.id > ? ORDER BY i.id LIMIT ?"""
_CHAINS_OF: Final = """
    SELECT c.key, c.chain_id, c.last_number
    FROM contacts k JOIN versions v ON v.contact = k.key JOIN chains c ON c.key = v.chain
    WHERE k.tenant = ? AND k.contact_id = ? GROUP BY c.key"""
_FACTS: Final = f"SELECT {rows.VERSION_COLUMNS} FROM versions v WHERE v.chain = ? ORDER BY v.number"
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
        self._keys: dict[str, int] = {}  # of the chains that were listed last

    def newest(self) -> tuple[int, datetime | None]:
        row = self._row(_NEWEST, self._tenant)
        return (0, None) if row is None else (rows.number(row[0]), rows.moment(row[1]))

    def version(self, version_id: str) -> MemoryVersion | None:
        row = first_row(self._connection, _VERSION, (self._tenant, version_id))
        return None if row is None else rows.version(*row)

    def head(self, id: str) -> MemoryVersion | None:
        row = first_row(self._connection, _HEAD, (self._tenant, id))
        return None if row is None else rows.version(*row)

    def history(self, id: str, *, include_deleted: bool) -> list[MemoryVersion]:
        if not include_deleted:
            return _linked(all_rows(self._connection, _HISTORY, (self._tenant, id)))
        found = self._rows(_WHOLE_HISTORY, self._tenant, id)
        gone = [rows.version(*row) for row in found if row[_DELETED]]
        living = _linked([row[:_LINKS_AT] for row in found if not row[_DELETED]])
        return sorted([*living, *gone], key=_NUMBER)

    def memories(
        self, contact_id: str, *, before: Position | None, limit: int
    ) -> list[MemoryVersion]:
        place = before or LAST
        found = self._rows(_MEMORIES, self._tenant, contact_id, *place, limit)
        return list(starmap(rows.version, found))

    def versions(
        self, contact_id: str, *, deleted: bool, after: Position | None, limit: int
    ) -> list[MemoryVersion]:
        values = (self._tenant, contact_id, *(after or _FIRST), limit)
        if deleted:
            return list(starmap(rows.version, self._rows(_DELETED_VERSIONS, *values)))
        # The two parts of the index, each in order.
        found = [*self._rows(_SUPERSEDED, *values), *self._rows(_CURRENT, *values)]
        return sorted(starmap(rows.version, found), key=position)[:limit]

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
        key, number = self._key(last.chain_id), last.number
        found = self._rows(_ENDS_OF_SPAN, key, key, first, key, key, number, key, key)
        ends = sorted(starmap(rows.node, found), key=_NUMBER)
        if not ends or ends[-1].number < number:
            raise CorruptStoreError("The file has a chain without its latest: restore a backup.")
        single = first == number
        return Span(
            last.chain_id,
            last.contact_id,
            first=first,
            last=number,
            count=1 if single else self._rows(_COUNT_BETWEEN, key, first, number)[0][0],
            left=ends[0] if ends[0].number < first else None,
            right=next((end for end in ends if end.number > number), None),
            latest=ends[-1],
        )

    def outline(self, chain_id: str) -> Outline:
        found = self._rows(_OUTLINE, self._tenant, chain_id)
        if not found:
            raise CorruptStoreError("The file has a chain without its latest: restore a backup.")
        return Outline(
            chain_id, rows.text(found[0][0]), tuple(rows.node(*row[1:]) for row in found)
        )

    def outlines(self, contact_id: str) -> list[Outline]:
        found = self._rows(_OUTLINES, self._tenant, contact_id)
        return [
            Outline(chain_id, contact_id, tuple(rows.node(*row[1:]) for row in nodes))
            for chain_id, nodes in groupby(found, key=lambda row: row[0])
        ]

    def spans(self, contact_id: str) -> list[Span]:
        found = sorted(self._rows(_SPANS, self._tenant, contact_id), key=_chain_id)
        self._keys = {rows.text(row[0]): rows.number(row[1]) for row in found}
        node = rows.node
        return [
            Span(
                chain_id,
                contact_id,
                rows.number(first),
                last,
                count,
                None,
                None,
                node(id, last, created_at, revision, ordinal),
            )
            for chain_id, _, first, count, id, last, created_at, revision, ordinal in found
        ]

    def marked_by(self, revision: int, contact_id: str) -> list[Marked]:
        found = self._rows(_MARKED, self._tenant, contact_id, revision)
        self._keys = {rows.text(row[0]): rows.number(row[1]) for row in found}
        node = rows.node
        return [
            Marked(
                chain_id,
                contact_id,
                self._latest(chain) if lives else None,
                tuple([node(*row[3:]) for row in nodes]),
            )
            for (chain_id, chain, lives), nodes in groupby(found, key=itemgetter(0, 1, 2))
        ]

    def marked_until(self, revision: int) -> dict[str, int]:
        found = self._rows(_MARKED_UNTIL, self._tenant, revision)
        return {rows.text(row[0]): row[1] for row in found}

    def purge_due(self) -> bool:
        return self._row(erase.DUE) is not None

    def last_number(self, chain_id: str) -> int:
        row = self._row(_LAST_NUMBER, self._tenant, chain_id)
        return 0 if row is None else rows.number(row[0])

    def ids(self, prefix: str, *, limit: int) -> list[str]:
        above = prefix + "\U0010ffff"
        return self._texts(_IDS, self._tenant, prefix, above, limit)

    def connections(self, chain_id: str) -> list[Connection]:
        key = self._key(chain_id)
        return sorted_connections(list(map(rows.connection, self._rows(_CONNECTIONS, key, key))))

    def connection(self, source_id: str, target_id: str, kind: str) -> Connection | None:
        source, target = self._key(source_id), self._key(target_id)
        row = self._row(_CONNECTION, source, target, kind)
        return None if row is None else rows.connection(row)

    def revisions(self, *, since: int, contact_id: str | None, limit: int) -> list[Revision]:
        if contact_id is None:
            found = self._rows(_REVISIONS, self._tenant, since, limit)
        else:
            values = (self._tenant, contact_id, since, limit)
            alone = self._rows(_REVISIONS_OF_ONE, *values)
            found = sorted([*alone, *self._rows(_REVISIONS_OF_MANY, *values)], key=_number)[:limit]
        revisions = list(map(rows.revision, found))
        require_rising([since, *(revision.number for revision in revisions)])
        return revisions

    def chains(self) -> Iterator[ChainFacts]:
        after = ""
        while found := self._rows(_CHAINS, self._tenant, after, _CHUNK):
            require_rising([after, *(row[3] for row in found)])
            yield from (self._facts(row[:3]) for row in found)
            after = found[-1][3]

    def links(self) -> Iterator[ConnectionFacts]:
        return map(_link, self._rows(_LINKS, self._tenant))

    def facts_of(self, id: str) -> ChainFacts | None:
        row = self._row(_CHAIN, self._tenant, id)
        return None if row is None else self._facts(row)

    def facts_of_contact(self, contact_id: str) -> list[ChainFacts]:
        return list(map(self._facts, self._rows(_CHAINS_OF, self._tenant, contact_id)))

    def links_of(self, chain_id: str) -> list[ConnectionFacts]:
        key = self._key(chain_id)
        return list(map(_link, self._rows(_LINKS_OF, key, key)))

    def self_check(self) -> Iterator[Violation]:
        return self_check(self._connection, self._tenant)

    def _key(self, chain_id: str) -> int:
        """A chain's key."""
        key = self._keys.get(chain_id)
        if key is None:
            row = self._row(_CHAIN, self._tenant, chain_id)
            if row is None:
                raise CorruptStoreError("The file has an id without its chain: restore a backup.")
            key = rows.number(row[0])
        return key

    def _latest(self, chain: int) -> Node | None:
        row = self._row(_NODE_LATEST, chain)
        return None if row is None else rows.node(*row)

    def _facts(self, row: Row) -> ChainFacts:
        key, chain_id, last_number = row
        absences: dict[int, list[Interval]] = {}
        for number, *interval in self._rows(_ABSENCES, key):
            deleted, restored = map(rows.number, interval)
            absences.setdefault(number, []).append((deleted, restored))
        versions = list(starmap(rows.version, self._rows(_FACTS, key)))
        living = (each.number for each in versions if each.deleted_revision is None)
        return ChainFacts(
            rows.text(chain_id),
            versions[0].contact_id if versions else "",
            max(rows.number(last_number), *living, 0),
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
        return all_rows(self._connection, sql, values)


def find_tenant(connection: sqlite3.Connection, tenant: str) -> int:
    """The tenant's key in the file; 0 where it has none. O(log n)."""
    row = first_row(connection, _TENANT, (tenant,))
    return 0 if row is None else row[0]


def require_rising(keys: Sequence[Any]) -> None:
    """Refuses an order that is none: whoever went on from its last would go round for ever. O(n).

    Raises:
        CorruptStoreError: a key is not above the one before it, or is of another type.
    """
    kind = type(keys[0])
    if any(type(key) is not kind for key in keys) or any(a >= b for a, b in pairwise(keys)):
        raise CorruptStoreError("The file's order is damaged: restore a backup.")


def _linked(living: list[Row]) -> list[MemoryVersion]:
    """The rows of a chain's living versions, oldest first, as records between their neighbours."""
    ids = [row[0] for row in living]
    times = [row[10] for row in living[1:]]
    links = zip([None, *ids], [*ids[1:], None], [*times, None], strict=False)
    # Row by row in the interpreter's own loops: a third less than a loop of ours (R2).
    return list(starmap(rows.version, map(add, living, links)))


def _chain_id(row: Row) -> str:
    return rows.text(row[0])


def _number(row: Row) -> int:
    return rows.number(row[0])


def _link(row: Row) -> ConnectionFacts:
    until = None if row[-1] is None else rows.number(row[-1])
    return ConnectionFacts(rows.connection(row[:-1]), until)
