"""The file's tables.

May live here: what the tables of the newest schema are. May not be known here: older ones, or what
is asked of any.

Facts alone are stored. Links and statuses follow from the order (chain, number); the one thing
kept beside them is which version is its chain's latest, since a listing needs those sorted.
"""

from typing import Final

# Each tree of the file that a call writes to costs a page at commit, so there are few, and a
# version's row holds all that its record says: integers stand in for tenants, contacts and chains
# in what is sorted, and the names are beside them. `deleted` leads the number in the key of
# `versions`: the living versions of a chain (0) lie together, in order, and no deleted one lies
# between two neighbours. A chain's `last_number` is raised when its last living version is marked:
# the highest number that it ever used is that one, or the last living version's. A revision that
# touched one contact says so itself; `touched` has those of all others.
TABLES: Final[dict[str, str]] = {
    "tenants": """CREATE TABLE tenants (
        key INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT""",
    "contacts": """CREATE TABLE contacts (
        key INTEGER PRIMARY KEY,
        tenant INTEGER NOT NULL,
        contact_id TEXT NOT NULL,
        UNIQUE (tenant, contact_id)
    ) STRICT""",
    "chains": """CREATE TABLE chains (
        key INTEGER PRIMARY KEY,
        chain_id TEXT NOT NULL,
        last_number INTEGER NOT NULL
    ) STRICT""",
    "ids": """CREATE TABLE ids (
        tenant INTEGER NOT NULL,
        id TEXT NOT NULL,
        chain INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (tenant, id)
    ) STRICT, WITHOUT ROWID""",
    "versions": """CREATE TABLE versions (
        chain INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        chain_id TEXT NOT NULL,
        contact INTEGER NOT NULL,
        contact_id TEXT NOT NULL,
        content TEXT NOT NULL,
        categories TEXT NOT NULL,
        metadata TEXT NOT NULL,
        session_id TEXT,
        event_start INTEGER,
        event_end INTEGER,
        created_at INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        latest INTEGER NOT NULL,
        deleted_at INTEGER,
        PRIMARY KEY (chain, deleted, number)
    ) STRICT, WITHOUT ROWID""",
    "versions_by_contact": (
        "CREATE INDEX versions_by_contact ON versions (contact, latest, revision, ordinal)"
    ),
    "versions_by_mark": (
        "CREATE INDEX versions_by_mark ON versions (contact, deleted) WHERE deleted > 0"
    ),
    "absences": """CREATE TABLE absences (
        chain INTEGER NOT NULL,
        number INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        restored INTEGER NOT NULL,
        PRIMARY KEY (chain, number, deleted)
    ) STRICT, WITHOUT ROWID""",
    "connections": """CREATE TABLE connections (
        source INTEGER NOT NULL,
        target INTEGER NOT NULL,
        kind TEXT NOT NULL,
        revision INTEGER NOT NULL,
        until INTEGER,
        metadata TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (source, target, kind, revision)
    ) STRICT, WITHOUT ROWID""",
    "connections_by_target": "CREATE INDEX connections_by_target ON connections (target)",
    "revisions": """CREATE TABLE revisions (
        tenant INTEGER NOT NULL,
        number INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        contact INTEGER,
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
    "revisions_by_contact": (
        "CREATE INDEX revisions_by_contact ON revisions (contact, number) WHERE contact > 0"
    ),
    "touched": """CREATE TABLE touched (
        tenant INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        contact INTEGER NOT NULL,
        PRIMARY KEY (tenant, revision, contact)
    ) STRICT, WITHOUT ROWID""",
    "touched_by_contact": "CREATE INDEX touched_by_contact ON touched (contact, revision)",
    # A row while erased bytes may still lie in free pages or in the log.
    "purges": "CREATE TABLE purges (due INTEGER PRIMARY KEY) STRICT",
}
