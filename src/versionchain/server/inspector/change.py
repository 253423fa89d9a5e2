"""The pages that change something, and those that show first what a change would do.

May live here: deleting and restoring. Each change is a form of its own with a token of its own; a
page that shows what would happen changes nothing. May not be known here: how anything is drawn.
"""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from ...errors import ConflictError
from ...model import MemoryVersion
from . import chains
from .visit import Visit

MODES: Final = ("one", "previous")
_SHOWN: Final = 10


def delete_preview(visit: Visit) -> Response:
    """What a deletion would do, drawn: nothing is changed yet."""
    mode, store = _mode(visit), visit.store
    version = store.get(visit.text("version"))
    living = store.history(version.id)
    plan = store.delete(
        version.id,
        delete_previous_versions=mode == "previous",
        expected_latest=living[-1].id,
        dry_run=True,
    )
    cut = plan.cuts[0]
    return visit.page(
        "delete.html",
        version=version,
        mode=mode,
        plan=plan,
        cut=cut,
        left=_named(living, cut.left_id),
        right=_named(living, cut.right_id),
        rows=chains.cut_rows(living, cut),
        expected=living[-1],
        token=visit.token("delete", version.id, mode, living[-1].id),
    )


def _named(living: tuple[MemoryVersion, ...], id: str | None) -> MemoryVersion | None:
    return next((each for each in living if each.id == id), None)


def _mode(visit: Visit) -> str:
    mode = visit.text("mode") or MODES[0]
    if mode not in MODES:
        raise HTTPException(422, "mode must be one or previous.")
    return mode


def delete(visit: Visit) -> Response:
    """Deletes what the page before showed, unless the memory was revised since."""
    mode, version_id, expected = _mode(visit), visit.text("version"), visit.text("expected_latest")
    visit.check("delete", version_id, mode, expected)
    done = visit.store.delete(
        version_id,
        delete_previous_versions=mode == "previous",
        expected_latest=expected,
        reason=visit.given("reason"),
    )
    return visit.go(f"/inspect/memory/{done.cuts[0].chain_id}", done=done.revision)


def delete_contact_preview(visit: Visit) -> Response:
    """What the deletion of all of a contact's memories would do: nothing is changed yet."""
    contact_id, store = visit.text("id"), visit.store
    plan = store.delete_contact(contact_id, dry_run=True)
    page = store.memories(contact_id, limit=_SHOWN)
    return visit.page(
        "delete_contact.html",
        contact_id=contact_id,
        plan=plan,
        items=page.items,
        more=plan.memories - len(page.items),
        token=visit.token("delete-contact", contact_id, str(plan.count), str(plan.memories)),
    )


def delete_contact(visit: Visit) -> Response:
    """Deletes all of a contact's memories, unless there are more or fewer than were shown."""
    contact_id = visit.text("id")
    shown = visit.text("count"), visit.text("memories")
    visit.check("delete-contact", contact_id, *shown)
    # The same look and the deletion in one block, so that nothing comes between the two.
    with visit.store.transaction(reason=visit.given("reason")) as tx:
        done = tx.delete_contact(contact_id)
        if (str(done.count), str(done.memories)) != shown:
            raise ConflictError(
                "This contact's memories changed since this was shown. Nothing was deleted: look "
                "again."
            )
    return visit.go("/inspect/contact", id=contact_id, done=done.revision)


def restore(visit: Visit) -> Response:
    """Takes back what a revision deleted."""
    said = visit.text("revision")
    visit.check("restore", said)
    number = visit.number("revision", 1)
    done = visit.store.restore(number or 0, reason=visit.given("reason"))
    told = {"done": done.revision, "nothing": None if done.revision else 1}
    memory, contact = visit.text("memory"), visit.text("contact")
    if memory:
        found = visit.store.history(memory, include_deleted=True)  # a form may say anything
        return visit.go(f"/inspect/memory/{found[0].chain_id}", **told)
    if contact:
        return visit.go("/inspect/contact", id=contact, **told)
    return visit.go(f"/inspect/revision/{number}", **told)
