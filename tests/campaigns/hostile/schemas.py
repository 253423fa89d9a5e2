"""Schemas that are not versionchain's any more, each by the statements that make it so.

May live here: the statements. May not be known here: how it is noticed.
"""

from collections.abc import Sequence
from typing import Final

Statements = Sequence[str]

_TRIGGER: Final = "CREATE TRIGGER {name} AFTER {event} BEGIN {does}; END"


def _trigger(name: str, event: str, does: str) -> Statements:
    return (_TRIGGER.format(name=name, event=event, does=does),)


SCHEMAS: Final[dict[str, Statements]] = {
    "a trigger that deletes": _trigger("t", "INSERT ON ids", "DELETE FROM versions"),
    "a trigger that doubles": _trigger(
        "t", "INSERT ON versions", "UPDATE versions SET content = content || content"
    ),
    "a trigger named like SQLite's own": _trigger("sqlitex", "INSERT ON ids", "DELETE FROM ids"),
    "a trigger named like SQLite's, in capitals": _trigger(
        "SQLITEx", "UPDATE ON versions", "DELETE FROM ids"
    ),
    "a trigger with SQLite's own name": (
        *_trigger("t", "INSERT ON ids", "DELETE FROM versions"),
        "PRAGMA writable_schema=ON",
        (
            "UPDATE sqlite_schema SET name = 'sqlite_t',"
            " sql = replace(sql, 'TRIGGER t', 'TRIGGER sqlite_t') WHERE name = 't'"
        ),
    ),
    "a view": ("CREATE VIEW v AS SELECT * FROM versions",),
    "a view in a table's place": (
        "ALTER TABLE versions RENAME TO kept",
        "CREATE VIEW versions AS SELECT * FROM kept",
    ),
    "a view in a table's place that never ends": (
        "ALTER TABLE tenants RENAME TO kept",
        (
            "CREATE VIEW tenants AS WITH RECURSIVE n(key) AS"
            " (SELECT 1 UNION ALL SELECT key + 1 FROM n) SELECT key, 'default' AS name FROM n"
        ),
    ),
    "a table more": ("CREATE TABLE notes (text)",),
    "a table less": ("DROP TABLE absences",),
    "a table renamed": ("ALTER TABLE absences RENAME TO gone",),
    "a column more": ("ALTER TABLE tenants ADD COLUMN note TEXT",),
    "a column less": ("ALTER TABLE revisions DROP COLUMN erased",),
    "a column renamed": ("ALTER TABLE revisions RENAME COLUMN reason TO why",),
    "an index less": ("DROP INDEX versions_by_contact",),
    "another index less": ("DROP INDEX versions_by_contact",),
    "an index more": ("CREATE INDEX more ON versions (content)",),
    "an index on other columns": (
        "DROP INDEX touched_by_contact",
        "CREATE INDEX touched_by_contact ON touched (revision, contact)",
    ),
    "a table without STRICT": (
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'tenants'",
    ),
    "a default that was not there": (
        "PRAGMA writable_schema=ON",
        (
            "UPDATE sqlite_schema SET sql = replace(sql, 'actor TEXT', 'actor TEXT DEFAULT (1)')"
            " WHERE name = 'revisions'"
        ),
    ),
    "a schema that is no SQL": (
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql = 'CREATE nothing' WHERE name = 'versions'",
    ),
    **{
        f"a newer version, {version}": (f"PRAGMA user_version={version}",)
        for version in (2, 3, 1000, 2147483647)
    },
    "a version of zero": ("PRAGMA user_version=0",),
    "a version below zero": ("PRAGMA user_version=-1",),
    "another application": ("PRAGMA application_id=77",),
    "no application": ("PRAGMA application_id=0",),
    "no application and no version": ("PRAGMA application_id=0", "PRAGMA user_version=0"),
}
"""Schemas that are not versionchain's any more."""
