"""How memories in a file go for good.

May live here: taking the rows out, and then their bytes. May not be known here: who asked.

Deleted rows leave their bytes in free pages and in the log; overwriting them as they go
(secure_delete) misses some after churn. So the file is written anew (VACUUM) and the log is
emptied. That it is still due is a row of the same commit that took the rows out, so that a crash
or a reader in the way forgets nothing.
"""

import sqlite3
from typing import Final

from ...errors import ErasureIncompleteError
from .faults import run, translated

_CHAINS: Final = "SELECT chain FROM versions WHERE contact = :contact"
_CONTACT: Final = (
    "INSERT OR IGNORE INTO purges (due) VALUES (1)",
    f"DELETE FROM connections WHERE source IN ({_CHAINS}) OR target IN ({_CHAINS})",
    f"DELETE FROM absences WHERE chain IN ({_CHAINS})",
    """DELETE FROM ids WHERE tenant = :tenant AND id IN (
        SELECT id FROM versions WHERE contact = :contact
        UNION ALL SELECT chain_id FROM versions WHERE contact = :contact)""",
    f"DELETE FROM chains WHERE key IN ({_CHAINS})",
    "DELETE FROM versions WHERE contact = :contact",
    """UPDATE revisions SET reason = NULL WHERE tenant = :tenant AND number IN (
        SELECT revision FROM touched WHERE contact = :contact)""",
    """UPDATE revisions SET reason = NULL, contact = NULL
        WHERE contact = :contact AND contact > 0""",
    "DELETE FROM touched WHERE contact = :contact",
    "DELETE FROM contacts WHERE key = :contact",
)

_MARKED: Final = """contact IN (SELECT key FROM contacts WHERE tenant = :tenant)
    AND deleted > 0 AND deleted <= :last"""
_ENDED: Final = f"""FROM versions v WHERE {_MARKED} AND NOT EXISTS (
    SELECT 1 FROM versions w WHERE w.chain = v.chain AND (w.deleted = 0 OR w.deleted > :last))"""
_MARKED_VERSIONS: Final = (
    "INSERT OR IGNORE INTO purges (due) VALUES (1)",
    f"""DELETE FROM connections WHERE source IN (SELECT v.chain {_ENDED})
        OR target IN (SELECT v.chain {_ENDED})""",
    f"DELETE FROM ids WHERE tenant = :tenant AND id IN (SELECT v.chain_id {_ENDED})",
    f"DELETE FROM chains WHERE key IN (SELECT v.chain {_ENDED})",
    f"DELETE FROM ids WHERE tenant = :tenant AND id IN (SELECT id FROM versions WHERE {_MARKED})",
    f"""DELETE FROM absences WHERE (chain, number) IN (
        SELECT chain, number FROM versions WHERE {_MARKED})""",
    f"DELETE FROM versions WHERE {_MARKED}",
    """DELETE FROM connections WHERE until <= :last AND source IN (
        SELECT chain FROM ids WHERE tenant = :tenant AND number = 0)""",
)

DUE: Final = "SELECT 1 FROM purges"


def erase_contact(connection: sqlite3.Connection, tenant: int, contact: int) -> None:
    """Takes out every row of a contact. O(its versions + its revisions)."""
    for statement in _CONTACT:
        run(connection, statement, {"tenant": tenant, "contact": contact})


def erase_marked(connection: sqlite3.Connection, tenant: int, last: int) -> None:
    """Takes out what was deleted by revision `last` or before. O(contacts + what goes)."""
    for statement in _MARKED_VERSIONS:
        run(connection, statement, {"tenant": tenant, "last": last})


def purge(connection: sqlite3.Connection) -> None:
    """Writes the file anew, empties the log, and notes that nothing is due. O(the file).

    Raises:
        ErasureIncompleteError: a reader still looks at the old bytes.
        StorageError: the storage failed.
    """
    with translated():
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise incomplete("SQLITE_BUSY")
        connection.execute("DELETE FROM purges")


def incomplete(code: str | None) -> ErasureIncompleteError:
    """The error for an erasure that is committed, whatever then kept its bytes. O(1)."""
    return ErasureIncompleteError(
        "The erasure is committed, but bytes of it may remain while others read the file: "
        "call it again.",
        code,
    )
