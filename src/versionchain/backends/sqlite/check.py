"""Whether the file's tables agree with each other.

May live here: one query a check, by name. May not be known here: how to repair anything.
"""

import sqlite3
from collections.abc import Iterator
from typing import Final

from ...model import Invariant, Violation
from .faults import translated

_TENANTS_VERSIONS: Final = """
    FROM contacts k JOIN chains c ON c.contact = k.key JOIN versions v ON v.chain = c.key"""

_CHECKS: Final[tuple[tuple[Invariant, str, str], ...]] = (
    (
        Invariant.IDS_UNIQUE,
        "the index of ids disagrees with the version",
        f"""SELECT v.id {_TENANTS_VERSIONS}
        LEFT JOIN ids i ON i.tenant = k.tenant AND i.id = v.id
        WHERE k.tenant = ? AND (i.chain, i.number) IS NOT (v.chain, v.number)""",
    ),
    (
        Invariant.IDS_UNIQUE,
        "the index of ids disagrees with the chain",
        """SELECT c.chain_id FROM contacts k JOIN chains c ON c.contact = k.key
        LEFT JOIN ids i ON i.tenant = k.tenant AND i.id = c.chain_id
        WHERE k.tenant = ? AND (i.chain, i.number) IS NOT (c.key, 0)""",
    ),
    (
        Invariant.IDS_UNIQUE,
        "the index of ids has an id of nothing",
        """SELECT i.id FROM ids i
        LEFT JOIN chains c ON c.key = i.chain LEFT JOIN contacts k ON k.key = c.contact
        WHERE i.tenant = ? AND (k.tenant IS NOT i.tenant OR (i.number > 0 AND NOT EXISTS (
            SELECT 1 FROM versions v WHERE v.chain = i.chain AND v.number = i.number)))""",
    ),
    (
        Invariant.ONE_CONTACT,
        "the version's contact is not its chain's",
        f"SELECT v.id {_TENANTS_VERSIONS} WHERE k.tenant = ? AND v.contact IS NOT c.contact",
    ),
    (
        Invariant.ONE_LATEST,
        "where the latest stands is not where the last living version is",
        """SELECT c.chain_id FROM contacts k JOIN chains c ON c.contact = k.key
        LEFT JOIN versions v ON v.chain = c.key AND v.deleted = 0 AND v.number = (
            SELECT max(w.number) FROM versions w WHERE w.chain = c.key AND w.deleted = 0)
        WHERE k.tenant = ?
            AND (c.latest, c.revision, c.ordinal) IS NOT (v.number, v.revision, v.ordinal)""",
    ),
    (
        Invariant.INTERVALS,
        "a past deletion of no version",
        """SELECT c.chain_id FROM contacts k JOIN chains c ON c.contact = k.key
        JOIN absences a ON a.chain = c.key
        WHERE k.tenant = ? AND NOT EXISTS (
            SELECT 1 FROM versions v WHERE v.chain = a.chain AND v.number = a.number)""",
    ),
    (
        Invariant.REVISIONS,
        "a touched contact of no revision or no contact",
        """SELECT d.revision FROM touched d LEFT JOIN contacts k ON k.key = d.contact
        LEFT JOIN revisions r ON r.tenant = d.tenant AND r.number = d.revision
        WHERE d.tenant = ? AND (k.tenant IS NOT d.tenant OR r.number IS NULL)""",
    ),
)


_ORPHANS: Final = (
    ("contact", "SELECT 1 FROM contacts WHERE tenant NOT IN (SELECT key FROM tenants)"),
    ("chain", "SELECT 1 FROM chains WHERE contact NOT IN (SELECT key FROM contacts)"),
    ("version", "SELECT 1 FROM versions WHERE chain NOT IN (SELECT key FROM chains)"),
    ("past deletion", "SELECT 1 FROM absences WHERE chain NOT IN (SELECT key FROM chains)"),
    ("connection", "SELECT 1 FROM connections WHERE source NOT IN (SELECT key FROM chains)"),
    ("revision", "SELECT 1 FROM revisions WHERE tenant NOT IN (SELECT key FROM tenants)"),
    ("id", "SELECT 1 FROM ids WHERE tenant NOT IN (SELECT key FROM tenants)"),
    ("touched contact", "SELECT 1 FROM touched WHERE tenant NOT IN (SELECT key FROM tenants)"),
)
"""Rows that no tenant reaches, so that none would miss them."""


def self_check(connection: sqlite3.Connection, tenant_key: int) -> Iterator[Violation]:
    """What is wrong with the file's pages, and with this tenant's tables. O(n)."""
    for (found,) in _rows(connection, "PRAGMA integrity_check(10)"):
        if found != "ok":
            # SQLite's words name tables and pages, never a value.
            yield Violation(Invariant.STORAGE, "file", found)
    for what, sql in _ORPHANS:
        if _rows(connection, f"{sql} LIMIT 1"):
            yield Violation(Invariant.STORAGE, "file", f"a {what} of nothing")
    for invariant, detail, sql in _CHECKS:
        for (subject,) in _rows(connection, sql, tenant_key):
            yield Violation(invariant, str(subject), detail)


def _rows(connection: sqlite3.Connection, sql: str, *values: object) -> list[tuple[str]]:
    with translated():
        return connection.execute(sql, values).fetchall()
