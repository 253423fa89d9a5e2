"""Files bent by hand, with SQLite itself.

May live here: making statements change a file, against its own rules too. May not be known here:
the statements, and how it is noticed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

from versionchain.backends.sqlite import tables

from .schemas import Statements


def apply(path: Path, statements: Statements, random: Random, *, loose: bool = False) -> bool:
    """Makes the changes with SQLite alone, its chances ours. Whether anything changed."""
    before = path.read_bytes()
    if loose:
        with _loose(path):
            _execute(path, statements, random)
    else:
        _execute(path, statements, random)
    return path.read_bytes() != before


def _execute(path: Path, statements: Statements, random: Random) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.create_function("random", 0, lambda: random.getrandbits(32))
        connection.execute("PRAGMA synchronous=OFF")
        for statement in statements:
            try:
                connection.execute(statement)
            except sqlite3.IntegrityError:
                break  # the file's own keys hold against this one


@contextmanager
def _loose(path: Path) -> Iterator[None]:
    """Has SQLite forget the columns' types meanwhile."""
    with closing(sqlite3.connect(path)) as connection:
        strict = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql > ''").fetchall()
    _rewrite(path, [(name, _loosened(sql)) for name, sql in strict])
    yield
    _rewrite(path, strict)


def _loosened(sql: str) -> str:
    return (
        sql.replace(" STRICT, WITHOUT", " WITHOUT").replace(" STRICT", "").replace(" NOT NULL", "")
    )


def _rewrite(path: Path, those: list[tuple[str, str]]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        for name, sql in those:
            connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql, name))
        connection.commit()


def mistyped(random: Random) -> tuple[str, Statements]:
    """A column of some row or of all with a value of another type."""
    columns = _columns()
    table, column = random.choice(list(columns))
    others = {
        "INTEGER": ("'x'", "x'00ff'", "1.5", "'1x'"),
        "TEXT": ("x'00ff'", "x'61'", "''||x'ff'"),
    }
    value = random.choice([*others[columns[table, column]], "NULL"])
    where = random.choice(
        ["", f" WHERE {column} = (SELECT {column} FROM {table} ORDER BY random())"]
    )
    return f"{table}.{column} = {value}{where}", (
        f"UPDATE OR IGNORE {table} SET {column} = {value}{where}",
    )


def _columns() -> dict[tuple[str, str], str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in tables.TABLES.values():
            connection.execute(statement)
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        return {
            (table, row[1]): row[2]
            for table in names
            for row in connection.execute(f"PRAGMA table_info({table})")
            if not (row[5] and table in ("tenants", "contacts", "chains", "purges"))
            and table != "tenants"  # a tenant by another name is another
        }
