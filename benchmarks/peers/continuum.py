"""SQLAlchemy-Continuum: a versioned model.

May live here: the idiom. May not be known here: any other peer.

Idiom: the model is the memory as it is now; Continuum writes its version table and a transaction's
row at each commit. A session lives for one call, as SQLAlchemy advises, and expires nothing.
Reads select columns, not entities: a list of 100 takes 0.33 ms as rows, 0.81 as objects. History
reads the version table; an older state is the rows that were valid then by the validity strategy,
the default. A contact is deleted
through the session, which keeps its versions, and restored by `revert` of each.
Continuum has no call that takes one version out of a history, so D1, D2 and M1 are not claimed.
Categories and metadata are one JSON text, which is not decoded until somebody looks.
Durability: SQLite is set on connect, as SQLAlchemy documents: WAL at NORMAL and at FULL.
"""

import json
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from attrs import define
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, configure_mappers, mapped_column
from sqlalchemy_continuum import Operation, make_versioned, version_class, versioning_manager

from versionchain import NewMemory

from ..subjects import Subject
from .answers import Deleted, Page, Record, Records
from .sqlite_settings import DURABILITIES, Synced, settle

Id = tuple[int, int]

WORKLOADS = frozenset({"W1", "W2", "WB", "R1", "R2", "L1", "S1", "D3", "RS"})

make_versioned(user_cls=None)


class Base(DeclarativeBase):
    """The models' base."""


class Memory(Base):
    """A memory as it is now."""

    __versioned__: dict[str, Any] = {}  # noqa: RUF012 (Continuum adds to it)
    __tablename__ = "memory"
    # Without it SQLite gives a new row the id of a deleted one, whose history would then be its.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (as SQLAlchemy reads it)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(index=True)
    content: Mapped[str] = mapped_column(sa.Text)
    facts: Mapped[str] = mapped_column(sa.Text)
    session_id: Mapped[str | None]


configure_mappers()
Version = version_class(Memory)

_NOW = sa.select(Memory.id, Memory.content, Memory.facts, Memory.session_id)
_ONE = _NOW.where(Memory.id == sa.bindparam("id"))
_LIST = (
    _NOW.where(Memory.contact_id == sa.bindparam("contact_id"))
    .order_by(Memory.id.desc())
    .limit(sa.bindparam("limit"))
)
_THEN = sa.select(
    Version.id, Version.content, Version.facts, Version.session_id, Version.transaction_id
).where(Version.operation_type != Operation.DELETE)
_HISTORY = _THEN.where(Version.id == sa.bindparam("id")).order_by(Version.transaction_id)
_LIST_AT = (
    _THEN.where(
        Version.contact_id == sa.bindparam("contact_id"),
        Version.transaction_id <= sa.bindparam("revision"),
        sa.or_(
            Version.end_transaction_id.is_(None),
            Version.end_transaction_id > sa.bindparam("revision"),
        ),
    )
    .order_by(Version.id.desc())
    .limit(sa.bindparam("limit"))
)


def subjects() -> list[Subject]:
    """The model in SQLite, at both durabilities."""
    packages = ("SQLAlchemy-Continuum", "SQLAlchemy")
    release = ", ".join(f"{package} {version(package)}" for package in packages)
    return [
        Subject(
            "Continuum",
            "peer",
            "sqlite",
            durability,
            WORKLOADS,
            partial(Continuum, durability=durability),
            release,
        )
        for durability in DURABILITIES
    ]


class Continuum:
    """Memories as rows of a versioned model."""

    def __init__(self, path: Path, durability: Synced) -> None:
        self.engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))

        def set_up(connection: Any, _: object) -> None:
            settle(connection.execute, durability)

        sa.event.listen(self.engine, "connect", set_up)
        Base.metadata.create_all(self.engine)

    def add(
        self,
        contact_id: str,
        content: str,
        *,
        categories: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Record:
        """A new row."""
        with self._session() as session:
            memory = _memory(contact_id, content, categories, metadata, session_id)
            session.add(memory)
            revision = _commit(session)
            return Record((memory.id, revision), content, revision)

    def add_many(self, items: list[NewMemory]) -> list[Record]:
        """New rows in one commit."""
        memories = [
            _memory(
                item.contact_id,
                item.content,
                item.categories or (),
                item.metadata,
                item.session_id,
            )
            for item in items
        ]
        with self._session() as session:
            session.add_all(memories)
            revision = _commit(session)
            return [Record((each.id, revision), each.content, revision) for each in memories]

    def update(self, version_id: Id, content: str) -> Record:
        """The row with other content; Continuum keeps what it was."""
        with self._session() as session:
            memory = session.get_one(Memory, version_id[0])
            memory.content = content
            revision = _commit(session)
            return Record((memory.id, revision), content, revision)

    def latest(self, id: Id) -> Record:
        """The row."""
        with self._session() as session:
            row = session.execute(_ONE, {"id": id[0]}).one_or_none()
        if row is None:
            raise KeyError(id)
        return Record(id, row.content)

    def history(self, id: Id) -> Sequence[Record]:
        """The rows of the version table."""
        with self._session() as session:
            return Records(session.execute(_HISTORY, {"id": id[0]}).all(), _record)

    def memories(self, contact_id: str, *, limit: int = 100) -> Page:
        """A contact's memories, newest first."""
        with self._session() as session:
            rows = session.execute(_LIST, {"contact_id": contact_id, "limit": limit}).all()
        return Page(Records(rows, _record_now))

    def at(self, revision: int) -> "ContinuumPast":
        """The store as it was after a transaction."""
        return ContinuumPast(self.engine, revision)

    def newest(self) -> int:
        """The last transaction's id; 0 where there is none."""
        with self._session() as session:
            found = session.scalar(sa.select(sa.func.max(versioning_manager.transaction_cls.id)))
        return found or 0

    def delete_contact(self, contact_id: str) -> Deleted:
        """Deletes a contact's rows; Continuum keeps what they were."""
        with self._session() as session:
            for memory in session.scalars(sa.select(Memory).where(Memory.contact_id == contact_id)):
                session.delete(memory)
            return Deleted(_commit(session))

    def restore(self, revision: int) -> None:
        """Reverts each row to what it was before a transaction deleted it."""
        deleted = sa.select(Version).where(
            Version.transaction_id == revision, Version.operation_type == Operation.DELETE
        )
        with self._session() as session:
            for each in session.scalars(deleted).all():
                each.previous.revert()
            session.commit()

    def close(self) -> None:
        """Closes the connections."""
        self.engine.dispose()

    def _session(self) -> Session:
        return Session(self.engine, expire_on_commit=False)


@define
class ContinuumPast:
    """An older state."""

    engine: sa.Engine
    revision: int

    def memories(self, contact_id: str, *, limit: int = 100) -> Page:
        """A contact's memories as they were, newest first."""
        asked = {"contact_id": contact_id, "limit": limit, "revision": self.revision}
        with Session(self.engine) as session:
            return Page(Records(session.execute(_LIST_AT, asked).all(), _record))


def _memory(
    contact_id: str,
    content: str,
    categories: Sequence[str],
    metadata: dict[str, Any] | None,
    session_id: str | None,
) -> Memory:
    facts = json.dumps([categories, metadata])
    return Memory(contact_id=contact_id, content=content, facts=facts, session_id=session_id)


def _commit(session: Session) -> int:
    """The id of the transaction that was committed."""
    session.flush()
    transaction = versioning_manager.unit_of_work(session).current_transaction
    session.commit()
    number: int = transaction.id
    return number


def _record(row: Any) -> Record:
    return Record((row.id, row.transaction_id), row.content, row.transaction_id)


def _record_now(row: Any) -> Record:
    return Record((row.id, None), row.content)
