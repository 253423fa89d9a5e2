"""Rows that break what always holds, each by the statements that bend them.

May live here: the statements, each against one thing that always holds. May not be known here: how
it is noticed.
"""

from typing import Final

from versionchain.backends.sqlite import tables

from .schemas import Statements

# One version of several in its chain; one that is marked; a chain with a connection.
_ONE: Final = "(SELECT id FROM versions WHERE deleted = 0 AND number > 1 ORDER BY random() LIMIT 1)"
_MARKED: Final = (
    "(SELECT id FROM versions v WHERE deleted > 0 AND EXISTS (SELECT 1 FROM versions w"
    " WHERE w.chain = v.chain AND w.deleted = 0) ORDER BY random() LIMIT 1)"
)
_ANY: Final = "(SELECT id FROM versions ORDER BY random() LIMIT 1)"
_CHAIN: Final = (
    "(SELECT chain FROM versions WHERE latest = 1 AND number > 1 ORDER BY random() LIMIT 1)"
)
_LATEST: Final = f"chain = {_CHAIN} AND latest = 1"
_LINKED: Final = "source = (SELECT min(source) FROM connections)"
_NEXT: Final = "(SELECT max(number) + 1 FROM revisions)"

_INDEXES: Final = {
    name: statement
    for name, statement in tables.TABLES.items()
    if statement.startswith("CREATE INDEX")
}


def _emptied(name: str, sql: str) -> Statements:
    """An index that has the right definition and no row."""
    column = sql.partition("(")[2].split(",")[0].split(")")[0]
    return (
        f"DROP INDEX {name}",
        f"{sql.partition(' WHERE ')[0]} WHERE {column} < 0",
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_schema SET sql = '{sql}' WHERE name = '{name}'",
    )


ROWS: Final[dict[str, Statements]] = {
    # Numbers in a chain are unique.
    "a number twice": (
        (
            f"UPDATE versions SET number = (SELECT max(number) FROM versions v WHERE v.chain ="
            f" versions.chain AND v.deleted <> versions.deleted) WHERE id = {_MARKED}"
        ),
    ),
    "a number twice, in the index too": (
        (
            "CREATE TEMP TABLE bent AS SELECT v.id, v.chain, w.number FROM versions v"
            " JOIN versions w ON w.chain = v.chain AND w.deleted = 0 WHERE v.deleted > 0 LIMIT 1"
        ),
        (
            "UPDATE versions SET number = (SELECT number FROM bent)"
            " WHERE id = (SELECT id FROM bent) AND chain = (SELECT chain FROM bent)"
        ),
        (
            "UPDATE ids SET number = (SELECT number FROM bent)"
            " WHERE id = (SELECT id FROM bent) AND chain = (SELECT chain FROM bent)"
        ),
    ),
    "a number of zero": (f"UPDATE versions SET number = 0 WHERE id = {_ONE}",),
    "a number below zero": (f"UPDATE versions SET number = -number WHERE id = {_ANY}",),
    "a highest number too low": ("UPDATE chains SET last_number = 0",),
    # Revision and time never fall as numbers rise.
    "a revision that falls": (
        (
            f"UPDATE versions SET revision = 1, created_at = (SELECT created_at FROM revisions r"
            f" WHERE r.number = 1), ordinal = 7 WHERE id = {_ONE}"
        ),
    ),
    "a time that is not its revision's": (
        f"UPDATE versions SET created_at = created_at - 1 WHERE id = {_ANY}",
    ),
    "a time beyond all": (f"UPDATE versions SET created_at = 1 << 62 WHERE id = {_ANY}",),
    "a time before all": (f"UPDATE versions SET created_at = -(1 << 62) WHERE id = {_ANY}",),
    "a revision's time that falls": ("UPDATE revisions SET created_at = 0 WHERE number = 5",),
    "a revision's time beyond all": ("UPDATE revisions SET created_at = 1 << 62 WHERE number = 5",),
    "a newest revision beyond all": (
        (
            "UPDATE revisions SET created_at = 1 << 62"
            " WHERE number = (SELECT max(number) FROM revisions)"
        ),
    ),
    "a place taken twice": (
        (
            "UPDATE versions SET revision = (SELECT max(revision) FROM versions) WHERE deleted = 0"
            " AND number = 1"
        ),
        "UPDATE versions SET ordinal = 0",
    ),
    # A chain has one contact.
    "a version of another contact": (
        f"UPDATE versions SET contact = contact + 1 WHERE id = {_ANY}",
    ),
    "a version of another contact's name": (
        f"UPDATE versions SET contact_id = 'zoe!' WHERE id = {_ANY}",
    ),
    "a version of another chain's name": (f"UPDATE versions SET chain_id = id WHERE id = {_ANY}",),
    "a version of no contact": (f"UPDATE versions SET contact = 999 WHERE id = {_ANY}",),
    # One latest for each chain with a version left.
    "no latest": (f"UPDATE versions SET latest = 0 WHERE {_LATEST}",),
    "no latest at all": ("UPDATE versions SET latest = 0",),
    "an older latest": (
        f"UPDATE versions SET latest = number = 1 WHERE deleted = 0 AND chain = {_CHAIN}",
    ),
    "two latest": (f"UPDATE versions SET latest = 1 WHERE deleted = 0 AND chain = {_CHAIN}",),
    "a latest that is none": (f"UPDATE versions SET latest = 2 WHERE {_LATEST}",),
    "a latest at another place": (f"UPDATE versions SET revision = revision + 1 WHERE {_LATEST}",),
    "a latest of another ordinal": (f"UPDATE versions SET ordinal = ordinal + 1 WHERE {_LATEST}",),
    "a latest that is marked": ("UPDATE versions SET latest = 1 WHERE deleted > 0",),
    # No connection without both its chains, to itself, or twice.
    "a connection to nothing": (f"UPDATE connections SET target = 999 WHERE {_LINKED}",),
    "a connection from nothing": (f"UPDATE connections SET source = 999 WHERE {_LINKED}",),
    "a connection to itself": (f"UPDATE connections SET target = source WHERE {_LINKED}",),
    "a connection to another tenant's": (
        f"UPDATE connections SET target = (SELECT max(key) FROM chains) WHERE {_LINKED}",
    ),
    "a connection twice": (
        (
            "INSERT INTO connections SELECT source, target, kind, revision + 1, until, metadata,"
            " (SELECT created_at FROM revisions r WHERE r.number = connections.revision + 1)"
            " FROM connections WHERE until IS NULL LIMIT 1"
        ),
    ),
    "a connection that ends before it begins": ("UPDATE connections SET until = revision",),
    "a connection that no revision ended": (f"UPDATE connections SET until = {_NEXT}",),
    "a connection of no revision": (
        f"UPDATE OR IGNORE connections SET revision = {_NEXT} WHERE {_LINKED}",
    ),
    "a connection's time that is another's": ("UPDATE connections SET created_at = 1",),
    "a connection's time beyond all": ("UPDATE connections SET created_at = 1 << 62",),
    # Revisions have no gap.
    "a gap in the revisions": ("DELETE FROM revisions WHERE number = 4",),
    "no first revision": ("DELETE FROM revisions WHERE number = 1",),
    "no newest revision": ("DELETE FROM revisions WHERE number = 19", "DELETE FROM revisions"),
    "a revision's number that jumps": (
        "UPDATE revisions SET number = 99 WHERE number = (SELECT max(number) FROM revisions)",
    ),
    "a revision below zero": ("UPDATE revisions SET number = -5 WHERE number = 5",),
    # Every deletion names a revision that exists and is not older than the version.
    "a deletion by no revision": (f"UPDATE versions SET deleted = 99 WHERE id = {_MARKED}",),
    "a deletion by an older one": (
        (
            "UPDATE versions SET deleted = 1, deleted_at = (SELECT created_at FROM revisions"
            f" WHERE number = 1) WHERE id = {_MARKED}"
        ),
    ),
    "a deletion below zero": (f"UPDATE versions SET deleted = -1 WHERE id = {_MARKED}",),
    "a deletion without its time": (f"UPDATE versions SET deleted_at = NULL WHERE id = {_MARKED}",),
    "a deletion's time alone": (f"UPDATE versions SET deleted_at = 1 WHERE id = {_ONE}",),
    "a deletion's time that is another's": (
        f"UPDATE versions SET deleted_at = deleted_at + 1 WHERE id = {_MARKED}",
    ),
    "a mark that was lifted by hand": (f"UPDATE versions SET deleted = 0 WHERE id = {_MARKED}",),
    # A version's deletion intervals don't overlap.
    "absences that overlap": (
        "INSERT INTO absences SELECT chain, number, deleted + 1, restored + 1 FROM absences",
        "UPDATE absences SET restored = restored + 5",
    ),
    "an absence that ends before it begins": ("UPDATE absences SET restored = deleted",),
    "an absence before its version": ("UPDATE absences SET deleted = 0",),
    "an absence that no revision ended": ("UPDATE absences SET restored = 99",),
    "an absence of nothing": ("UPDATE absences SET number = 77",),
    "an absence of no chain": ("UPDATE OR IGNORE absences SET chain = 999",),
    # Ids are unique, and the index of them agrees.
    "an id twice": (
        (
            "UPDATE versions SET id = (SELECT id FROM versions WHERE number = 1 LIMIT 1)"
            f" WHERE id = {_ONE}"
        ),
    ),
    "an id of a chain's": (
        f"UPDATE versions SET id = (SELECT chain_id FROM chains) WHERE id = {_ONE}",
    ),
    "a chain's id twice": ("UPDATE chains SET chain_id = (SELECT min(chain_id) FROM chains)",),
    "an id that is not in the index": (f"DELETE FROM ids WHERE id = {_ANY}",),
    "a chain that is not in the index": (
        f"DELETE FROM ids WHERE id = (SELECT chain_id FROM chains WHERE key = {_CHAIN})",
    ),
    "an id in the index alone": ("INSERT INTO ids SELECT tenant, 'x', chain, 50 FROM ids LIMIT 1",),
    "an id of another version": (f"UPDATE ids SET number = number + 1 WHERE id = {_ANY}",),
    "an id of another chain": (f"UPDATE ids SET chain = chain + 1 WHERE id = {_ANY}",),
    "an id of another tenant's": (
        f"UPDATE OR REPLACE ids SET tenant = 3 - tenant WHERE id = {_ANY}",
    ),
    # Nothing without what it belongs to.
    "a version lost": (f"DELETE FROM versions WHERE id = {_ONE}",),
    "a chain lost": (f"DELETE FROM chains WHERE key = {_CHAIN}",),
    "a contact lost": ("DELETE FROM contacts WHERE contact_id = 'ada'",),
    "a tenant lost": ("DELETE FROM tenants WHERE name = 'default'",),
    "all tenants lost": ("DELETE FROM tenants",),
    "a version of no chain": (f"UPDATE versions SET chain = 999 WHERE id = {_ONE}",),
    "a contact of no tenant": ("UPDATE contacts SET tenant = 99 WHERE key = 1",),
    "a revision of no tenant": (
        (
            "UPDATE revisions SET tenant = 99 WHERE tenant = 1"
            " AND number = (SELECT max(number) FROM revisions WHERE tenant = 1)"
        ),
    ),
    "a revision of no contact": ("UPDATE revisions SET contact = 999 WHERE contact = 1",),
    "a touched contact of no revision": ("UPDATE touched SET revision = 99",),
    "a touched contact that is none": ("UPDATE touched SET contact = 999",),
    # JSON that is none.
    **{
        f"categories {text}": (f"UPDATE versions SET categories = '{text}' WHERE id = {_ANY}",)
        for text in ("x", "", "5", '{"a":1}', "[1]", '["a"', "[[]]", "null", '"a"')
    },
    **{
        f"metadata {text}": (f"UPDATE versions SET metadata = '{text}' WHERE id = {_ANY}",)
        for text in ("x", "", "5", "[1]", '{"a"', "null", '"a"')
    },
    "metadata nested too deep": ("UPDATE versions SET metadata = printf('%.*c', 9000, '[')",),
    "a connection's metadata that is none": ("UPDATE connections SET metadata = 'x'",),
    # Text that is none.
    **{
        f"{column} that is no text": (f"UPDATE {table} SET {column} = CAST(x'ff' AS TEXT)",)
        for table, column in (
            ("versions", "content"),
            ("versions", "session_id"),
            ("versions", "metadata"),
            ("versions", "categories"),
            ("revisions", "reason"),
            ("revisions", "operation"),
            ("connections", "metadata"),
        )
    },
    "a contact that is no text": (
        "UPDATE contacts SET contact_id = CAST(x'ff' AS TEXT) WHERE key = 1",
    ),
    "an id that is no text": (f"UPDATE ids SET id = CAST(x'ff' AS TEXT) WHERE id = {_ANY}",),
    # Indexes and roots.
    **{f"{name} that is empty": _emptied(name, sql) for name, sql in _INDEXES.items()},
    "two tables in each other's place": (
        "PRAGMA writable_schema=ON",
        (
            "UPDATE sqlite_schema SET rootpage = (SELECT sum(rootpage) FROM sqlite_schema s WHERE"
            " s.name IN ('absences', 'touched')) - rootpage WHERE name IN ('absences', 'touched')"
        ),
    ),
    "an index in a table's place": (
        "PRAGMA writable_schema=ON",
        (
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema s WHERE"
            " s.name = 'versions') WHERE name = 'versions_by_contact'"
        ),
    ),
}
"""Rows that break what always holds, by what they break."""
