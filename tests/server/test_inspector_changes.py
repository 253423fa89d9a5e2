"""What the inspector changes: shown first, done once, and taken back."""

# ruff: noqa: F401, F811 (the fixtures of the other file come in by import)

import pytest
from inspector_tools import Page, dumped
from test_inspector_pages import (
    at_memory,
    backend,
    chain,
    clock,
    kept,
    site,
)

from versionchain.server.inspector import log

DELETE, RESTORE = "/inspect/do/delete", "/inspect/do/restore"


def texts(store, version):
    return [each.content.split()[-1] for each in store.history(version.chain_id)]


@pytest.mark.parametrize(
    ("place", "mode", "outcome", "said", "left"),
    [
        (3, "one", "RESURRECTED", "v3 becomes the latest version again", ["Bonn", "Kiel", "Rome"]),
        (1, "one", "RELINKED", "v3 follows v1", ["Bonn", "Rome", "Oslo"]),
        (0, "one", "ORPHANED", "v2 becomes the first version", ["Kiel", "Rome", "Oslo"]),
        (1, "previous", "ORPHANED", "v3 becomes the first version", ["Rome", "Oslo"]),
        (3, "previous", "ENDED", "The memory ends", []),
    ],
)
def test_a_deletion_is_shown_done_and_undone(site, kept, chain, place, mode, outcome, said, left):
    """The dry run is what happens; the page after it tells and offers to take it back."""
    opened = site.get(at_memory(chain[0])).link(f"Delete… version {place + 1}")
    before = dumped(kept)
    preview = site.get(opened)
    if mode == "previous":
        preview = site.get(preview.link("This and all before it"))
    assert outcome in preview
    assert said in preview
    count = 4 - len(left)
    assert preview.text.count("deleted\n") == count
    assert dumped(kept) == before
    done = site.submit(preview.form(DELETE), reason="<b>asked</b> to")
    assert "Done in revision" in done
    assert "because “<b>asked</b> to”" in done
    if left:
        assert texts(kept, chain[0]) == left
    else:
        assert "This memory has ended." in done
    revision = kept.revisions(since=4).items[0]
    assert (revision.operation, revision.actor) == ("delete", "inspector")
    assert (revision.reason, revision.counts.deleted) == ("<b>asked</b> to", count)
    undone = site.submit(done.form(RESTORE))
    assert f"{count} restored" in undone
    assert texts(kept, chain[0]) == ["Bonn", "Kiel", "Rome", "Oslo"]
    assert "Nothing was left to restore" in site.submit(done.form(RESTORE))
    assert kept.revisions(since=6).items == ()


def test_a_long_cut_is_drawn_short(site, kept, chain):
    """Of many versions in a row a before and after draws the ends."""
    latest = chain[3]
    for number in range(100):
        latest = kept.update(latest.id, f"Lives at {number}")
    preview = site.get("/inspect/delete", version=latest.previous_id, mode="previous")
    assert "97 versions more, likewise" in preview
    assert "103 versions are cut" in preview
    assert preview.text.count("Lives at") + preview.text.count("Lives in") == 7


def test_a_stale_page_deletes_nothing(site, kept, chain):
    """Whoever confirms what was revised meanwhile is told, and led to the memory as it is."""
    form = site.get("/inspect/delete", version=chain[3].id).form(DELETE)
    latest = kept.update(chain[3].id, "Lives in Bern")
    before = dumped(kept)
    for _ in range(2):
        answer = site.send(form)
        assert answer.status_code == 409
        page = Page(answer)
        assert latest.id in page
        assert "Lives in Bern" in site.get(page.link("The memory as it is now"))
    assert dumped(kept) == before


def test_a_form_sent_twice_deletes_once(site, kept, chain):
    """The second finds nothing: what the first one resurrected is safe."""
    form = site.get("/inspect/delete", version=chain[3].id).form(DELETE)
    site.submit(form)
    before = dumped(kept)
    for _ in range(2):
        assert site.send(form).status_code == 404
    assert dumped(kept) == before
    assert kept.latest(chain[0].id).content == "Lives in Rome"


def test_all_of_a_contact(site, kept, chain):
    """The count is shown first; what changed meanwhile stops it; it is undone at once."""
    kept.add("ada", "Prefers tea")
    opened = site.get("/inspect/contact?id=ada").link("Delete all memories")
    preview = site.get(opened)
    assert "2 memories end, with 5 versions" in preview
    form = preview.form("/inspect/do/delete-contact")
    kept.add("ada", "Sails")
    before = dumped(kept)
    for _ in range(2):
        answer = site.send(form)
        assert answer.status_code == 409
        assert "Nothing was deleted" in answer.text
    assert dumped(kept) == before
    done = site.submit(site.get(opened).form("/inspect/do/delete-contact"))
    assert kept.count("ada").versions == 0
    assert "All of this contact's memories are deleted" in done
    assert "this contact has no memory left" in site.get(opened)
    assert done.link("Deleted versions").endswith("show=deleted")
    ended = site.get(site.get(done.link("Deleted versions")).link("Prefers tea"))
    assert "This memory has ended." in ended
    site.submit(done.form(RESTORE))
    assert kept.count("ada").memories == 3


def test_restoring_from_the_log(site, kept, chain):
    """A revision shows what it would bring back, drawn, and brings back just that."""
    with kept.transaction(reason="tidy") as tx:
        tx.delete(chain[0].id)
        tx.delete(chain[3].id)
    kept.delete_memory(chain[0].chain_id)
    log = site.get("/inspect/revisions?contact=ada")
    page = site.get(log.link("Restore… revision 6"))
    assert "brings back 2 versions, and 1 memory that ended lives again" in page
    page = site.get(log.link("Restore… revision 5"))
    assert "brings back 2 versions, and 1 memory that ended lives again" in page
    assert page.text.count("\ndeleted\n") == 2
    done = site.submit(page.form(RESTORE), reason="a mistake")
    assert texts(kept, chain[0]) == ["Bonn", "Oslo"]
    assert "2 restored" in done
    assert "because “a mistake”" in done
    assert "Nothing is left to restore" in done
    assert "Take its deletion back" not in site.get("/inspect/revision/1")


@pytest.mark.parametrize("page", [5, 1000])
def test_a_wide_restoration_is_drawn_in_part(site, kept, monkeypatch, page):
    """Of many chains ten are drawn, however many the store is asked for at a time."""
    monkeypatch.setattr(log, "_PAGE", page)
    for number in range(13):
        kept.add("ada", f"Fact {number}")
    kept.delete_contact("ada")
    shown = site.get("/inspect/revision/14")
    assert "brings back 13 versions, and 13 memories that ended live again" in shown
    assert shown.text.count("The chain before and after restoring") == 10
    assert "and 3 chains more" in shown
    assert "\nRevision 1\n" in site.get("/inspect/revisions?contact=ada")
