"""The tables of older schemas, and how a file of one becomes a file of the next.

May live here: what a released version wrote, and the statements that bring it to the version after.
May not be known here: who runs them.
"""

from typing import Final

from .tables import TABLES

_AS_NOW: Final = (
    "tenants",
    "contacts",
    "ids",
    "versions_by_mark",
    "absences",
    "connections",
    "connections_by_target",
    "touched",
    "touched_by_contact",
    "purges",
)

FIRST: Final[dict[str, str]] = {
    "chains": """CREATE TABLE chains (
        key INTEGER PRIMARY KEY,
        contact INTEGER NOT NULL,
        chain_id TEXT NOT NULL,
        last_number INTEGER NOT NULL,
        latest INTEGER,
        revision INTEGER,
        ordinal INTEGER
    ) STRICT""",
    "versions": """CREATE TABLE versions (
        chain INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        contact INTEGER NOT NULL,
        content TEXT NOT NULL,
        categories TEXT NOT NULL,
        metadata TEXT NOT NULL,
        session_id TEXT,
        event_start INTEGER,
        event_end INTEGER,
        created_at INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        deleted_at INTEGER,
        PRIMARY KEY (chain, deleted, number)
    ) STRICT, WITHOUT ROWID""",
    "revisions": """CREATE TABLE revisions (
        tenant INTEGER NOT NULL,
        number INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        operation TEXT NOT NULL,
        actor TEXT,
        reason TEXT,
        added INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        restored INTEGER NOT NULL,
        connected INTEGER NOT NULL,
        disconnected INTEGER NOT NULL,
        erased INTEGER NOT NULL,
        PRIMARY KEY (tenant, number)
    ) STRICT, WITHOUT ROWID""",
    "chains_by_contact": "CREATE INDEX chains_by_contact ON chains (contact, revision, ordinal)",
    "versions_by_contact": (
        "CREATE INDEX versions_by_contact ON versions (contact, revision, ordinal)"
    ),
    **{name: TABLES[name] for name in _AS_NOW},
}
"""Version 1: a chain knew its contact and where its latest version stood."""

TO_SECOND: Final = (
    "DROP INDEX chains_by_contact",
    "DROP INDEX versions_by_contact",
    "DROP INDEX versions_by_mark",
    "ALTER TABLE chains RENAME TO old_chains",
    "ALTER TABLE versions RENAME TO old_versions",
    "ALTER TABLE revisions RENAME TO old_revisions",
    *(
        TABLES[name]
        for name in (
            "chains",
            "versions",
            "versions_by_contact",
            "versions_by_mark",
            "revisions",
            "revisions_by_contact",
        )
    ),
    """INSERT INTO chains (key, chain_id, last_number)
        SELECT key, chain_id, last_number FROM old_chains""",
    """INSERT INTO versions (chain, deleted, number, id, chain_id, contact, contact_id, content,
            categories, metadata, session_id, event_start, event_end, created_at, revision, ordinal,
            latest, deleted_at)
        SELECT v.chain, v.deleted, v.number, v.id, c.chain_id, v.contact, k.contact_id, v.content,
            v.categories, v.metadata, v.session_id, v.event_start, v.event_end, v.created_at,
            v.revision, v.ordinal, v.deleted = 0 AND v.number IS c.latest, v.deleted_at
        FROM old_versions v JOIN old_chains c ON c.key = v.chain
        JOIN contacts k ON k.key = v.contact""",
    """INSERT INTO revisions (tenant, number, created_at, contact, operation, actor, reason,
            added, deleted, restored, connected, disconnected, erased)
        SELECT r.tenant, r.number, r.created_at, (
                SELECT max(t.contact) FROM touched t
                WHERE t.tenant = r.tenant AND t.revision = r.number HAVING count(*) = 1),
            r.operation, r.actor, r.reason,
            r.added, r.deleted, r.restored, r.connected, r.disconnected, r.erased
        FROM old_revisions r""",
    """DELETE FROM touched WHERE EXISTS (
        SELECT 1 FROM revisions r WHERE r.tenant = touched.tenant
            AND r.number = touched.revision AND r.contact > 0)""",
    "DROP TABLE old_versions",
    "DROP TABLE old_chains",
    "DROP TABLE old_revisions",
)
"""From 1 to 2: a version's row holds all that its record says, and fewer trees lie beside it."""
