"""What the naive model answers when it is asked.

May live here: its reads, each a walk over all there is. May not be known here: the library, and how
the model came to hold what it holds (`testing.model`).
"""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

Row = dict[str, Any]
Fields = SimpleNamespace


class Refused(Exception):  # noqa: N818  # it is an answer, not a failure of the model
    """What the model says no with.

    Attributes:
        name: the name of the library's error.
        fact: the id that the error holds for the caller to go on with, or None.
    """

    def __init__(self, name: str, fact: str | None = None) -> None:
        super().__init__(name, fact)
        self.name = name
        self.fact = fact


class Answers:
    """The reads of one tenant, over the rows that a `Model` writes."""

    _rows: list[Row]  # versions, in the order in which they were written
    _links: list[Row]
    _log: list[Fields]
    _open: Fields | None

    def get(self, version_id: str, *, contact_id: str | None = None) -> Fields:
        return self._shown(self._living_row(version_id, contact_id))

    def latest(self, id: str, *, contact_id: str | None = None) -> Fields:
        return self._shown(self._memory(id, contact_id)[-1])

    def history(
        self, id: str, *, include_deleted: bool = False, contact_id: str | None = None
    ) -> list[Fields]:
        if not include_deleted:
            return [self._shown(row) for row in self._memory(id, contact_id)]
        chains = [row["chain_id"] for row in self._rows if id in (row["id"], row["chain_id"])]
        rows = [row for row in self._rows if row["chain_id"] in chains]
        if not rows or contact_id not in (None, rows[0]["contact_id"]):
            raise Refused("NotFoundError")
        return [self._shown(row) for row in sorted(rows, key=lambda row: row["number"])]

    def memories(
        self,
        contact_id: str,
        *,
        categories: Sequence[str] | None = None,
        session_id: str | None = None,
        metadata: Row | None = None,
        limit: int = 100,
        after: int | None = None,
    ) -> Fields:
        latest = [chain[-1] for chain in self._memories(contact_id)]
        found = []
        for place in reversed(range(len(self._rows))):
            row = self._rows[place]
            if all(
                (
                    row in latest,
                    after is None or place < after,
                    categories is None or any(label in categories for label in row["categories"]),
                    session_id is None or row["session_id"] == session_id,
                    all(
                        key in row["metadata"] and typed(row["metadata"][key]) == typed(value)
                        for key, value in (metadata or {}).items()
                    ),
                )
            ):
                found.append((place, self._shown(row)))
        return _page(found, limit)

    def versions(
        self, contact_id: str, *, status: Any = None, limit: int = 100, after: int | None = None
    ) -> Fields:
        found = []
        for place, row in enumerate(self._rows):
            if row["contact_id"] == contact_id and (after is None or place > after):
                shown = self._shown(row)
                if shown.status == status.name if status else shown.status != "DELETED":
                    found.append((place, shown))
        return _page(found, limit)

    def contacts(self, *, limit: int = 100, after: str | None = None) -> Fields:
        ids = {row["contact_id"] for row in self._rows if not deleted(row)}
        return _page([(id, id) for id in sorted(ids) if after is None or id > after], limit)

    def count(self, contact_id: str) -> Fields:
        rows = [row for row in self._rows if row["contact_id"] == contact_id]
        gone = [row for row in rows if deleted(row)]
        return Fields(
            memories=len(self._memories(contact_id)),
            versions=len(rows) - len(gone),
            deleted=len(gone),
        )

    def connections(
        self, id: str, *, kind: str | None = None, contact_id: str | None = None
    ) -> list[Fields]:
        chain_id = self._memory(id, contact_id)[0]["chain_id"]
        found = []
        for link in self._links:
            ends = (link["source_id"], link["target_id"])
            alive = link["until"] is None and self._chain(ends[0]) and self._chain(ends[1])
            if alive and chain_id in ends and kind in (None, link["kind"]):
                found.append(link)
        found.sort(key=lambda link: (link["source_id"], link["target_id"], link["kind"]))
        return [self._shown_link(link) for link in found]

    def revisions(
        self,
        *,
        since: int = 0,
        contact_id: str | None = None,
        limit: int = 100,
        after: int | None = None,
    ) -> Fields:
        start = since if after is None else after
        found = []
        for revision in self._log:
            touched = contact_id is None or contact_id in revision.contacts
            if revision.number > start and touched:
                found.append((revision.number, revision))
        return _page(found, limit)

    def find_ids(self, prefix: str, *, limit: int = 10) -> list[str]:
        return [id for id in sorted(self._ids()) if id.startswith(prefix)][:limit]

    # Finding.

    def _ids(self) -> set[str]:
        return {id for row in self._rows for id in (row["id"], row["chain_id"])}

    def _chain(self, chain_id: str) -> list[Row]:
        rows = [row for row in self._rows if row["chain_id"] == chain_id and not deleted(row)]
        return sorted(rows, key=lambda row: row["number"])

    def _living_row(self, version_id: str, contact_id: str | None) -> Row:
        for row in self._rows:
            guarded = contact_id in (None, row["contact_id"])
            if row["id"] == version_id and guarded and not deleted(row):
                return row
        raise Refused("NotFoundError")

    def _memory(self, id: str, contact_id: str | None) -> list[Row]:
        for row in self._rows:
            guarded = contact_id in (None, row["contact_id"])
            if id in (row["id"], row["chain_id"]) and guarded and not deleted(row):
                return self._chain(row["chain_id"])
        raise Refused("NotFoundError")

    def _memories(self, contact_id: str) -> list[list[Row]]:
        chains = {row["chain_id"] for row in self._rows if row["contact_id"] == contact_id}
        return [self._chain(chain_id) for chain_id in sorted(chains) if self._chain(chain_id)]

    def _memories_of_seen(self, contact_id: str) -> list[list[Row]]:
        if not any(row["contact_id"] == contact_id for row in self._rows):
            raise Refused("NotFoundError")
        return self._memories(contact_id)

    # Showing.

    def _time(self, revision: int) -> Any:
        known = [*self._log, *([self._open] if self._open else [])]
        return next(each.created_at for each in known if each.number == revision)

    def _shown(self, row: Row) -> Fields:
        shown = Fields(**{name: value for name, value in row.items() if name != "deletions"})
        shown.metadata_json = _canonical(row["metadata"])
        del shown.metadata
        shown.categories = list(row["categories"])
        shown.previous_id = shown.next_id = shown.superseded_at = None
        shown.deleted_at = shown.deleted_revision = None
        if deleted(row):
            shown.deleted_revision = next(start for start, end in row["deletions"] if end is None)
            shown.deleted_at = self._time(shown.deleted_revision)
            shown.status = "DELETED"
            return shown
        chain = self._chain(row["chain_id"])
        place = chain.index(row)
        if place > 0:
            shown.previous_id = chain[place - 1]["id"]
        if row is not chain[-1]:
            shown.next_id = chain[place + 1]["id"]
            shown.superseded_at = chain[place + 1]["created_at"]
        shown.status = "CURRENT" if row is chain[-1] else "SUPERSEDED"
        return shown

    def _shown_link(self, link: Row) -> Fields:
        shown = Fields(**{n: value for n, value in link.items() if n not in ("metadata", "until")})
        shown.metadata_json = _canonical(link["metadata"])
        return shown


def deleted(row: Row) -> bool:
    """Whether a version is marked. O(its marks)."""
    return any(end is None for _, end in row["deletions"])


def _canonical(metadata: Row) -> str:
    return json.dumps(metadata, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def typed(value: Any) -> Any:
    """A JSON value with its kind, so that True is not 1 and 1.0 is."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return type(value).__name__, value
    if isinstance(value, dict):
        return "object", {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return "array", [typed(inner) for inner in value]
    return "number", value


def _page(found: list[tuple[Any, Any]], limit: int) -> Fields:
    """A page of (place, item); the place of its last item is the cursor."""
    shown = found[:limit]
    cursor = shown[-1][0] if len(found) > limit else None
    return Fields(items=[item for _, item in shown], next_cursor=cursor)
