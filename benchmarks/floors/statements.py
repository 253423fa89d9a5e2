"""The SQL of the floor: its schema and its constant statements.

May live here: SQL alone. May not be known here: when any of it runs.
"""

from typing import Final

SCHEMA: Final = """
    CREATE TABLE revisions (
        number INTEGER PRIMARY KEY,
        created_at INTEGER NOT NULL,
        operation TEXT NOT NULL,
        contact_id TEXT,
        actor TEXT,
        reason TEXT,
        count INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE touched (
        revision INTEGER NOT NULL,
        contact_id TEXT NOT NULL,
        PRIMARY KEY (revision, contact_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE versions (
        chain_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        content TEXT NOT NULL,
        categories TEXT NOT NULL,
        metadata TEXT NOT NULL,
        session_id TEXT,
        created_at INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        latest INTEGER NOT NULL DEFAULT 1,
        deleted INTEGER NOT NULL DEFAULT 0,
        deleted_at INTEGER,
        PRIMARY KEY (chain_id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX by_id ON versions (id);
    CREATE INDEX by_contact ON versions (contact_id, latest, revision, ordinal);
    CREATE INDEX by_mark ON versions (deleted) WHERE deleted > 0;
    CREATE TABLE absences (
        chain_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        restored INTEGER NOT NULL,
        PRIMARY KEY (chain_id, number, deleted)
    ) STRICT, WITHOUT ROWID;
"""

COLUMNS: Final = (
    "id, chain_id, contact_id, number, content, categories, metadata, session_id, created_at,"
    " revision, ordinal"
)
CHAIN: Final = "coalesce((SELECT chain_id FROM versions WHERE id = ? AND deleted = 0), ?)"
BEGIN: Final = "BEGIN IMMEDIATE"
COMMIT: Final = "COMMIT"
REVISION: Final = (
    "INSERT INTO revisions (created_at, operation, contact_id, count) VALUES (?, ?, ?, ?)"
)
TOUCH: Final = "INSERT INTO touched (revision, contact_id) VALUES (?, ?)"
INSERT: Final = f"INSERT INTO versions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
BY_ID: Final = """
    SELECT chain_id, contact_id, number, categories, metadata, session_id,
        (SELECT max(number) FROM versions w WHERE w.chain_id = v.chain_id)
    FROM versions v WHERE id = ? AND deleted = 0"""
FOLLOWED: Final = "UPDATE versions SET latest = 0 WHERE chain_id = ? AND number = ?"
LATEST: Final = f"""
    SELECT {COLUMNS} FROM versions WHERE chain_id = {CHAIN} AND deleted = 0
    ORDER BY number DESC LIMIT 1"""
HISTORY: Final = f"""
    SELECT {COLUMNS} FROM versions WHERE chain_id = {CHAIN} AND deleted = 0 ORDER BY number"""
MEMORIES: Final = f"""
    SELECT {COLUMNS} FROM versions WHERE contact_id = ? AND latest = 1
    ORDER BY revision DESC, ordinal DESC LIMIT ?"""
# With max(), SQLite takes the other columns from the row that has it.
MEMORIES_THEN: Final = f"""
    SELECT {COLUMNS}, max(number) FROM versions v
    WHERE contact_id = ? AND latest IN (0, 1) AND revision <= ?
        AND (deleted = 0 OR deleted > ?)
        AND NOT EXISTS (
            SELECT 1 FROM absences a WHERE a.chain_id = v.chain_id AND a.number = v.number
                AND a.deleted <= ? AND a.restored > ?)
    GROUP BY chain_id ORDER BY revision DESC, ordinal DESC LIMIT ?"""
PLACE: Final = "SELECT chain_id, number, contact_id, latest FROM versions WHERE id = ?"
MARK: Final = """
    UPDATE versions SET deleted = ?, deleted_at = ?
    WHERE chain_id = ? AND number BETWEEN ? AND ? AND deleted = 0"""
LEAD: Final = """
    UPDATE versions SET latest = 1 WHERE chain_id = ? AND number = (
        SELECT number FROM versions WHERE chain_id = ? AND deleted = 0
        ORDER BY number DESC LIMIT 1)"""
MARK_CONTACT: Final = """
    UPDATE versions SET deleted = ?, deleted_at = ?, latest = 0
    WHERE contact_id = ? AND latest IN (0, 1) AND deleted = 0"""
COUNTED: Final = "UPDATE revisions SET count = ? WHERE number = ?"
# A chain's newest living version is its latest no more where a newer one comes back.
STEP_BACK: Final = """
    UPDATE versions SET latest = 0 WHERE (chain_id, number) IN (
        SELECT chain_id, living FROM (
            SELECT v.chain_id, max(v.number) AS back, (
                SELECT w.number FROM versions w WHERE w.chain_id = v.chain_id AND w.deleted = 0
                ORDER BY w.number DESC LIMIT 1) AS living
            FROM versions v WHERE v.deleted = ? AND v.deleted > 0 GROUP BY v.chain_id)
        WHERE living < back)"""
ABSENCES: Final = """
    INSERT INTO absences SELECT chain_id, number, deleted, ? FROM versions
    WHERE deleted = ? AND deleted > 0"""
UNMARK: Final = """
    UPDATE versions SET deleted = 0, deleted_at = NULL, latest = NOT EXISTS (
        SELECT 1 FROM versions w WHERE w.chain_id = versions.chain_id
            AND w.number > versions.number AND w.deleted IN (0, ?))
    WHERE deleted = ? AND deleted > 0"""
