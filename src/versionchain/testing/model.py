"""A naive store of one tenant: what every backend is compared with.

May live here: the rules of SPEC, written a second time in the simplest way. Lists and dicts, every
question a walk over all there is, an undo that is a copy. It is slow, and meant to be.
May not be known here: the library. The oracle shares no code with what it judges, so that a mistake
would have to be made twice to stay unseen.

Answers are namespaces with the fields of the library's records; what is refused raises `Refused`
with the error's name. Values are not checked: whoever drives the model gives valid ones.
"""

import functools
import itertools
import pickle
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from .answers import Answers, Fields, Refused, Row, typed

T = TypeVar("T")

_KEPT = ("categories", "metadata", "session_id", "event_start", "event_end")


def _copied(value: T) -> T:
    copy: T = pickle.loads(pickle.dumps(value, -1))  # noqa: S301  # a third of deepcopy's time
    return copy


def _writes(method: Callable[..., Any]) -> Callable[..., Any]:
    """A call that is undone when it is refused or rehearsed, and is a revision of its own."""

    @functools.wraps(method)
    def call(
        self: "Model", *args: Any, reason: str | None = None, dry_run: bool = False, **given: Any
    ) -> Any:
        before = _copied(vars(self))
        try:
            answer = method(self, *args, **given)
        except Refused:
            vars(self).update(before)
            raise
        if dry_run:
            vars(self).update(before)
            answer.revision = None
        elif not self.inside:
            self._close(method.__name__, reason)
        return answer

    return call


class Model(Answers):
    """One tenant, with the calls of a `MemoryStore`.

    Attributes:
        now: what the clock says; whoever drives the model sets it before each call.
        minted: the ids that the source gave to the store's same call, in order.
        actor: who writes.
        inside: whether this is the draft of a block.
    """

    def __init__(self, now: datetime, actor: str | None = None) -> None:
        self.now = now
        self.minted: list[str] = []
        self.actor = actor
        self.inside = False
        self._rows: list[Row] = []  # versions, in the order in which they were written
        self._links: list[Row] = []
        self._log: list[Fields] = []
        self._open: Fields | None = None

    # A block: a copy that takes over, or is dropped.

    def begin(self) -> "Model":
        """A draft, on which a block's calls are made."""
        draft = _copied(self)
        draft.inside = True
        return draft

    def commit(self, draft: "Model", reason: str | None = None) -> None:
        """The draft's changes become everybody's, as one revision."""
        draft._close("transaction", reason)
        draft.inside = False
        vars(self).update(vars(draft))

    def _close(self, operation: str, reason: str | None) -> None:
        if self._open is None:
            return
        done, self._open = self._open, None
        done.operation, done.actor, done.reason = operation, self.actor, reason
        done.contacts = sorted(set(done.contacts))
        self._log.append(done)

    def _revision(self) -> Fields:
        """The revision in the making; a change asks for it."""
        if self._open is None:
            last = self._log[-1].created_at if self._log else self.now
            kinds = ("added", "deleted", "restored", "connected", "disconnected", "erased")
            self._open = Fields(
                number=len(self._log) + 1,
                created_at=max(self.now, last),
                counts=Fields(**dict.fromkeys(kinds, 0)),
                contacts=[],
            )
        return self._open

    def _note(self, kind: str, many: int, *contacts: str) -> None:
        counts = self._revision().counts
        setattr(counts, kind, getattr(counts, kind) + many)
        self._revision().contacts += contacts

    # Writing.

    @_writes
    def add(self, contact_id: str, content: str, **given: Any) -> Fields:
        return self._begin_chain(contact_id, content, given)

    @_writes
    def add_many(self, items: Sequence[Any]) -> list[Fields]:
        made = []
        for item in items:
            given = {name: getattr(item, name) for name in (*_KEPT, "id")}
            made.append(self._begin_chain(item.contact_id, item.content, given))
        return made

    def _begin_chain(self, contact_id: str, content: str, given: Row) -> Fields:
        chain_id = self.minted.pop(0)
        id = self._new_id(given)
        if id == chain_id or id in self._ids():
            raise Refused("DuplicateIdError", id)
        if chain_id in self._ids():
            raise Refused("DuplicateIdError", chain_id)
        blank: Row = dict.fromkeys(_KEPT)
        row = self._row(id, chain_id, contact_id, 1, content, {**blank, **given})
        return self._shown(row)

    @_writes
    def update(
        self, version_id: str, content: str, *, contact_id: str | None = None, **given: Any
    ) -> Fields:
        row = self._living_row(version_id, contact_id)
        said = {name: given[name] if name in given else row[name] for name in _KEPT}
        start, end = said["event_start"], said["event_end"]
        if start is not None and end is not None and end < start:
            raise Refused("InvalidInputError")
        chain = self._chain(row["chain_id"])
        if row is not chain[-1]:
            raise Refused("StaleVersionError", chain[-1]["id"])
        id = self._new_id(given)
        if id in self._ids():
            raise Refused("DuplicateIdError", id)
        numbers = [each["number"] for each in self._rows if each["chain_id"] == row["chain_id"]]
        new = self._row(id, row["chain_id"], row["contact_id"], max(numbers) + 1, content, said)
        return self._shown(new)

    def _new_id(self, given: Row) -> str:
        return self.minted.pop(0) if given.get("id") is None else str(given["id"])

    def _row(
        self, id: str, chain_id: str, contact_id: str, number: int, content: str, said: Row
    ) -> Row:
        revision = self._revision()
        labels: list[str] = []
        for label in said["categories"] or ():
            if label not in labels:
                labels.append(label)
        row = {
            "id": id,
            "chain_id": chain_id,
            "contact_id": contact_id,
            "number": number,
            "content": content,
            "categories": labels,
            "metadata": said["metadata"] or {},
            "session_id": said["session_id"],
            "event_start": said["event_start"],
            "event_end": said["event_end"],
            "created_at": revision.created_at,
            "revision": revision.number,
            "deletions": [],
        }
        self._rows.append(row)
        self._note("added", 1, contact_id)
        return row

    # Deleting and restoring.

    @_writes
    def delete(
        self,
        version_id: str,
        *,
        delete_previous_versions: bool = False,
        expected_latest: str | None = None,
        contact_id: str | None = None,
    ) -> Fields:
        row = self._living_row(version_id, contact_id)
        chain = self._chain(row["chain_id"])
        self._expect(chain, expected_latest)
        if not delete_previous_versions:
            return self._deletion([[row]])
        return self._deletion([[each for each in chain if each["number"] <= row["number"]]])

    @_writes
    def delete_memory(
        self, id: str, *, expected_latest: str | None = None, contact_id: str | None = None
    ) -> Fields:
        chain = self._memory(id, contact_id)
        self._expect(chain, expected_latest)
        return self._deletion([chain])

    @_writes
    def delete_contact(self, contact_id: str) -> Fields:
        return self._deletion(self._memories_of_seen(contact_id))

    @_writes
    def prune(self, id: str, *, contact_id: str | None = None, **bounds: Any) -> Fields:
        return self._deletion([self._prunable(self._memory(id, contact_id), **bounds)])

    @_writes
    def prune_contact(self, contact_id: str, **bounds: Any) -> Fields:
        chains = self._memories_of_seen(contact_id)
        return self._deletion([self._prunable(chain, **bounds) for chain in chains])

    def _prunable(
        self, chain: list[Row], keep_last: int | None = None, before: datetime | None = None
    ) -> list[Row]:
        gone = []
        for row, after in itertools.pairwise(chain):
            kept = keep_last is not None and row in chain[-keep_last:]
            young = before is not None and after["created_at"] >= before
            if not kept and not young:
                gone.append(row)
        return gone

    def _expect(self, chain: list[Row], expected: str | None) -> None:
        if expected is not None and chain[-1]["id"] != expected:
            raise Refused("StaleVersionError", chain[-1]["id"])

    def _deletion(self, chosen: list[list[Row]]) -> Fields:
        cuts = []
        for rows in sorted((rows for rows in chosen if rows), key=lambda rows: rows[0]["chain_id"]):
            chain_id, low, high = rows[0]["chain_id"], rows[0]["number"], rows[-1]["number"]
            for row in rows:
                row["deletions"].append([self._revision().number, None])
            self._note("deleted", len(rows), rows[0]["contact_id"])
            left = [row["id"] for row in self._chain(chain_id) if row["number"] < low]
            right = [row["id"] for row in self._chain(chain_id) if row["number"] > high]
            if left and right:
                outcome = "RELINKED"
            elif left:
                outcome = "RESURRECTED"
            elif right:
                outcome = "ORPHANED"
            else:
                outcome = "ENDED"
            cuts.append(
                Fields(
                    chain_id=chain_id,
                    outcome=outcome,
                    removed=len(rows),
                    left_id=left[-1] if left else None,
                    right_id=right[0] if right else None,
                    latest_id=[*left, *right][-1] if left or right else None,
                )
            )
        return Fields(
            revision=self._revision().number if cuts else None,
            count=sum(cut.removed for cut in cuts),
            memories=sum(cut.outcome == "ENDED" for cut in cuts),
            cuts=cuts,
        )

    @_writes
    def restore(self, revision: int) -> Fields:
        if not 1 <= revision <= len(self._log) + (self._open is not None):
            raise Refused("NotFoundError")
        back = [row for row in self._rows if [revision, None] in row["deletions"]]
        chains = {row["chain_id"] for row in back}
        revived = [chain_id for chain_id in chains if not self._chain(chain_id)]
        for row in back:
            row["deletions"].remove([revision, None])
            row["deletions"].append([revision, self._revision().number])
        if back:
            self._note("restored", len(back), *(row["contact_id"] for row in back))
        return Fields(
            revision=self._revision().number if back else None,
            count=len(back),
            memories=len(revived),
        )

    # Connecting.

    @_writes
    def connect(
        self,
        source_id: str,
        target_id: str,
        *,
        kind: str = "related",
        metadata: Row | None = None,
        contact_id: str | None = None,
    ) -> Fields:
        source, target = self._memory(source_id, contact_id), self._memory(target_id, contact_id)
        ends = (source[0]["chain_id"], target[0]["chain_id"])
        if ends[0] == ends[1]:
            raise Refused("InvalidInputError")
        link = self._link(*ends, kind)
        if link is not None and typed(link["metadata"]) == typed(metadata or {}):
            return self._shown_link(link)
        revision = self._revision()
        if link is not None:
            link["until"] = revision.number
        new = {
            "source_id": ends[0],
            "target_id": ends[1],
            "kind": kind,
            "metadata": metadata or {},
            "created_at": revision.created_at,
            "revision": revision.number,
            "until": None,
        }
        self._links.append(new)
        self._note("connected", 1, source[0]["contact_id"], target[0]["contact_id"])
        return self._shown_link(new)

    @_writes
    def disconnect(
        self,
        source_id: str,
        target_id: str,
        *,
        kind: str = "related",
        contact_id: str | None = None,
    ) -> Fields:
        source, target = self._memory(source_id, contact_id), self._memory(target_id, contact_id)
        link = self._link(source[0]["chain_id"], target[0]["chain_id"], kind)
        if link is None:
            raise Refused("NotFoundError")
        link["until"] = self._revision().number
        self._note("disconnected", 1, source[0]["contact_id"], target[0]["contact_id"])
        return self._shown_link(link)

    def _link(self, source: str, target: str, kind: str) -> Row | None:
        for link in self._links:
            key = (link["source_id"], link["target_id"], link["kind"])
            if link["until"] is None and key == (source, target, kind):
                return link
        return None
