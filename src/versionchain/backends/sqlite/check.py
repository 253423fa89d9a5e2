"""Whether the file's tables agree with each other.

May live here: one query a check, by name. May not be known here: how to repair anything.
"""

import sqlite3
from collections.abc import Iterator
from typing import Final

from ...model import Invariant, Violation
from .faults import translated

_TENANTS_VERSIONS: Final = "FROM contacts k JOIN versions v ON v.contact = k.key"

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
        f"""SELECT v.chain_id {_TENANTS_VERSIONS}
        LEFT JOIN ids i ON i.tenant = k.tenant AND i.id = v.chain_id
        WHERE k.tenant = ? AND (i.chain, i.number) IS NOT (v.chain, 0) GROUP BY v.chain_id""",
    ),
    (
        Invariant.IDS_UNIQUE,
        "the index of ids has an id of nothing",
        """SELECT i.id FROM ids i LEFT JOIN chains c ON c.key = i.chain
        WHERE i.tenant = ? AND (c.key IS NULL OR NOT EXISTS (
            SELECT 1 FROM versions v JOIN contacts k ON k.key = v.contact
            WHERE v.chain = i.chain AND k.tenant = i.tenant
                AND (i.number = 0 OR v.number = i.number)))""",
    ),
    (
        Invariant.ONE_CONTACT,
        "the version's contact is not its chain's",
        f"""SELECT v.id {_TENANTS_VERSIONS} LEFT JOIN chains c ON c.key = v.chain
        WHERE k.tenant = ? AND (
            v.contact_id IS NOT k.contact_id OR v.chain_id IS NOT c.chain_id OR v.contact IS NOT (
                SELECT w.contact FROM versions w WHERE w.chain = v.chain
                ORDER BY w.deleted, w.number LIMIT 1))""",
    ),
    (
        Invariant.ONE_LATEST,
        "what is kept as the latest is not the last living version",
        f"""SELECT v.id {_TENANTS_VERSIONS} WHERE k.tenant = ? AND v.latest IS NOT (
            v.deleted = 0 AND v.number = (
                SELECT max(w.number) FROM versions w WHERE w.chain = v.chain AND w.deleted = 0))""",
    ),
    (
        Invariant.INTERVALS,
        "a past deletion of no version",
        """SELECT i.id FROM ids i JOIN absences a ON a.chain = i.chain
        WHERE i.tenant = ? AND i.number = 0 AND NOT EXISTS (
            SELECT 1 FROM versions v WHERE v.chain = a.chain AND v.number = a.number)""",
    ),
    (
        Invariant.REVISIONS,
        "a touched contact of no revision or no contact",
        """SELECT d.revision FROM touched d LEFT JOIN contacts k ON k.key = d.contact
        LEFT JOIN revisions r ON r.tenant = d.tenant AND r.number = d.revision
        WHERE d.tenant = ? AND (k.tenant IS NOT d.tenant OR r.number IS NULL)""",
    ),
    (
        Invariant.REVISIONS,
        "a touched contact that is none",
        """SELECT r.number FROM revisions r LEFT JOIN contacts k ON k.key = r.contact
        WHERE r.tenant = ? AND r.contact IS NOT NULL AND k.tenant IS NOT r.tenant""",
    ),
)


_ORPHANS: Final = (
    ("contact", "SELECT 1 FROM contacts WHERE tenant NOT IN (SELECT key FROM tenants)"),
    ("chain", "SELECT 1 FROM chains WHERE key NOT IN (SELECT chain FROM versions)"),
    (
        "version",
        """SELECT 1 FROM versions WHERE chain NOT IN (SELECT key FROM chains)
        OR contact NOT IN (SELECT key FROM contacts)""",
    ),
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
