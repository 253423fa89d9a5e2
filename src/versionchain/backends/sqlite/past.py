"""Reading a tenant in the file as it stood after an older revision.

May live here: answers that one statement gives faster than rewound facts do.
May not be known here: what the newest state is like, or writing.
"""

import sqlite3
from itertools import starmap
from typing import Final

from ...model import MemoryVersion, Position, position
from ..asof import AsOfReader
from . import rows
from .faults import all_rows
from .reader import LAST, SQLiteReader

# The one place where SQL says which versions were visible then; `chain.visible` is the rule. The
# revision is bound four times.
_VISIBLE: Final = """v.revision <= ? AND (v.deleted = 0 OR v.deleted > ?) AND NOT EXISTS (
    SELECT 1 FROM absences a WHERE a.chain = v.chain AND a.number = v.number
        AND a.deleted <= ? AND a.restored > ?)"""

# The latest of each chain comes from an index that has all it takes, and a whole row is read only
# of those that come back: a list of 100 in half of the time (S1). With max(), SQLite takes the
# other columns from the row that has it.
_MEMORIES: Final = f"""
    SELECT {rows.LIVING_COLUMNS},
        CASE WHEN v.number > 1 THEN (
            SELECT p.id FROM versions p WHERE p.chain = v.chain AND p.number < v.number
                AND {_VISIBLE.replace("v.", "p.")} ORDER BY p.number DESC LIMIT 1) END
    FROM (
        SELECT chain, deleted, number FROM (
            SELECT v.chain, v.deleted, max(v.number) AS number, v.revision, v.ordinal
            FROM contacts k JOIN versions v ON v.contact = k.key
            WHERE k.tenant = ? AND k.contact_id = ? AND {_VISIBLE} GROUP BY v.chain)
        WHERE (revision, ordinal) < (?, ?) ORDER BY revision DESC, ordinal DESC LIMIT ?) h
    JOIN versions v ON v.chain = h.chain AND v.deleted = h.deleted AND v.number = h.number"""


class SQLitePast(AsOfReader):
    """A tenant's state after revision `at`. `base.Reader` says what each method promises.

    Args:
        connection: in a transaction of its own, so that all answers are of one state.
        tenant_key: the tenant's key in the file; 0 for one that never wrote.
        at: a committed revision, or 0.
    """

    def __init__(self, connection: sqlite3.Connection, tenant_key: int, at: int) -> None:
        super().__init__(SQLiteReader(connection, tenant_key), at)
        self._connection = connection
        self._tenant = tenant_key

    def memories(
        self, contact_id: str, *, before: Position | None, limit: int
    ) -> list[MemoryVersion]:
        then = (self._at,) * 4
        values = (*then, self._tenant, contact_id, *then, *(before or LAST), limit)
        found = all_rows(self._connection, _MEMORIES, values)
        return sorted(starmap(rows.version, found), key=position, reverse=True)
