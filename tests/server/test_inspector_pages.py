"""The inspector's pages, asked in this process: what they show, and that a text stays a text."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from inspector_tools import Browser, dumped

from versionchain import Invariant, MemoryStore, NewMemory, Violation
from versionchain.model import Report
from versionchain.server.inspector import install
from versionchain.server.inspector.visit import clip
from versionchain.testing import Clock, Ids

NASTY = [
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=2>",
    "javascript:alert(1)",
    '" onmouseover="alert(1)" x=\'y\'',
    "</title></textarea></style><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}&amp;&#60;b&#62;",
    "../../etc/passwd",
    "a/b%2Fc?d=e&f=g#h;i",
    "%3Cscript%3E..%2F..%2F",
    "Zoë 雪 🌨 \u202eevil\u202c עברית",
    "a b\tc\nd",
    "//elsewhere.example/x",
]


@pytest.fixture
def clock():
    """A clock that goes on by a minute at each answer."""
    return Clock(step=timedelta(minutes=1))


@pytest.fixture(params=["memory", "sqlite"])
def backend(request):
    """Where the store keeps."""
    return request.param


@pytest.fixture
def kept(backend, clock, tmp_path):
    """A store of each kind; its invariants hold at the end."""
    opened = (
        MemoryStore(clock=clock, ids=Ids())
        if backend == "memory"
        else MemoryStore.open(tmp_path / "i.db", clock=clock, ids=Ids(), durability="normal")
    )
    with opened:
        yield opened
        assert opened.verify().ok


@pytest.fixture
def site(kept):
    """The inspector of the store."""
    app = FastAPI()
    install(app, kept, tenants=["acme/eu"])
    browser = Browser(app)
    yield browser
    browser.close()


@pytest.fixture
def chain(kept):
    """Four versions of one memory of ada's; oldest first."""
    versions = [kept.add("ada", "Lives in Bonn", categories=["place"], session_id="monday")]
    for town in ("Kiel", "Rome", "Oslo"):
        versions.append(kept.update(versions[-1].id, f"Lives in {town}", metadata={"to": town}))
    return versions


def at_memory(version, more=""):
    return f"/inspect/memory/{version.chain_id}{more}"


@pytest.mark.parametrize("backend", ["memory"])
@pytest.mark.parametrize("text", [" | ".join(NASTY), NASTY[1]], ids=["all", "one"])
def test_a_text_stays_a_text_everywhere(site, kept, text):
    """Markup in any field is shown as it was typed, on every page that links lead to."""
    first = kept.add(text, text, categories=[text], session_id=text, metadata={text: text})
    second = kept.update(first.id, f"{text} again\n{text}", metadata={text: [text]})
    other = kept.add(text, f"{text} too")
    kept.connect(other.id, second.id, kind=text, metadata={text: text})
    kept.delete(second.id, reason=text)
    pages = site.crawl("/")
    said = "\n".join(page.text for page in pages)
    assert said.count(text) > 40
    assert {len(page.scripts) for page in pages} == {1}
    assert len(pages) > 25
    assert not any("{{" in page.text and "49" in page.text.split("{{")[1][:9] for page in pages)


@pytest.mark.parametrize("backend", ["memory"])
@pytest.mark.parametrize("contact", [*NASTY, ".", "..", "a//b", "%", "+", "a+b c", "x" * 512])
def test_any_contact_has_a_page(site, kept, contact):
    """The link to a contact leads to its page and to its memories, whatever its id is."""
    version = kept.add(contact, "Prefers tea")
    page = site.get(site.get("/").links[-1][0])
    assert page.heading == contact
    assert "1 memory, 1 version · 0 deleted versions" in page
    memory = site.get(page.link("Prefers tea"))
    assert memory.heading == f"Memory of {contact}"
    assert site.get(memory.link(contact[:4])).heading == contact
    assert version.id in memory


def test_the_chain_says_what_happened(site, kept, chain):
    """Each version has its number, status, facts and changes; a deleted one by whom and why."""
    kept.delete(chain[1].id, reason="never true")
    page = site.get(at_memory(chain[0]))
    order = [page.text.index(f"Version {number}") for number in (4, 3, 2, 1)]
    assert order == sorted(order)
    assert "3 versions, 1 deleted" in page
    for words in ("latest", "superseded", "deleted", "monday", "place", '{"to":"Oslo"}'):
        assert words in page
    assert "Changes from v3" in page
    assert "Changes from v1" in page  # both of v3, which follows it now, and of the deleted v2
    assert "Removed: Lives in Rome" in page
    assert "Added: Lives in Oslo" in page
    assert '"Rome" → became  "Oslo"' in page
    assert (
        "Deleted by revision\xa05 (delete) on 2026-01-01 12:04:00 UTC. Reason: “never true”" in page
    )
    assert page.source.count("<mark>") > 2
    assert site.get(page.link("revision\xa05")).heading == "Revision 5"


def test_any_id_of_a_chain_opens_it(site, kept, chain):
    """The memory's id, a version's and a deleted version's lead to one page."""
    kept.delete(chain[1].id)
    for id in (chain[0].chain_id, chain[3].id, chain[1].id):
        page = site.get(f"/inspect/memory/{id}")
        assert page.heading == "Memory of ada"
        assert chain[0].chain_id in page


def test_a_gap_is_named(site, kept, clock, chain):
    """Numbers that were erased are shown as missing, in the middle and at the end."""
    kept.delete(chain[0].id)
    kept.delete(chain[2].id)
    clock.move(timedelta(days=1))
    kept.erase_deleted(before=clock())
    page = site.get(at_memory(chain[0]))
    assert "1 number missing here (v3): erased" in page
    assert "1 number missing here (v1): erased" in page


def test_connections_are_shown_from_both_sides(site, kept, chain):
    """A connection shows its kind, metadata and the other end; a memory that ended shows none."""
    ship = kept.add("grace", "Likes ships")
    kept.connect(chain[0].chain_id, ship.id, kind="sails on", metadata={"since": 1999})
    here, there = site.get(at_memory(chain[0])), site.get(at_memory(ship))
    for words in ("to sails on", "Likes ships", "of grace", '{"since":1999}'):
        assert words in here
    assert "from sails on" in there
    assert site.get(there.link("Lives in Oslo")).heading == "Memory of ada"
    kept.delete(ship.id)
    assert "sails on" not in site.get(at_memory(chain[0]))
    assert "A memory that has ended shows none" in site.get(at_memory(ship))


def walk(site, start, words):
    """The pages from a first one on, by a link's words."""
    pages = [site.get(start)]
    while pages[-1].has_link(words):
        pages.append(site.get(pages[-1].link(words)))
        assert len(pages) < 50
    return pages


@pytest.mark.parametrize("backend", ["memory"])
def test_lists_come_in_pages(site, kept):
    """Contacts, memories, versions, deleted ones, connections, revisions: never a whole list."""
    kept.add_many([NewMemory(f"c{n:03}", "Sails") for n in range(120)])
    many = kept.add_many([NewMemory("many", f"Fact {n:03}.") for n in range(60)])
    version = kept.add("one", "Text 000.")
    for number in range(1, 130):
        version = kept.update(version.id, f"Text {number:03}.")
    for each in many[:30]:
        kept.connect(version.id, each.id)
        kept.delete(kept.add("many", f"Gone {each.number}.").id)

    def every(start, words, next_words, count, most):
        pages = walk(site, start, next_words)
        found = [page.text.count(words) for page in pages]
        assert sum(found) == count
        assert max(found) <= most
        assert len(pages) > 1
        return pages

    every("/", "\nc", "Next page", 120, 50)
    every("/inspect/contact?id=many", "Fact ", "Next page", 60, 25)
    every("/inspect/contact?id=many&show=deleted", "Gone ", "Next page", 30, 25)
    chain = every(at_memory(version), "\nVersion ", "Older", 130, 50)
    assert [page.text.count("\nVersion ") for page in chain] == [50, 50, 30]
    assert "\nVersion 1\n" in site.get(chain[0].link("Oldest"))
    assert "\nVersion 130\n" in site.get(chain[2].link("Newest"))
    assert "Showing v31 to v80" in site.get(chain[2].link("Newer"))
    every(at_memory(version), "to related", "More connections", 30, 25)
    total = len(kept.revisions(limit=1000).items)
    every("/inspect/revisions", "\nRevision ", "Older", total, 50)
    of_one = walk(site, "/inspect/revisions?contact=one", "Older")
    assert sum(page.text.count("UTC") for page in of_one) == 160


@pytest.mark.parametrize("backend", ["memory"])
def test_a_long_chain_opens_where_it_was_asked(site, kept):
    """A version's own address opens the page that holds it, however long the chain."""
    version = kept.add("one", "Text")
    first = version
    for number in range(2, 3001):
        version = kept.update(version.id, f"Text {number}")
    page = site.get(f"/inspect/memory/{first.id}")
    assert "\nVersion 1\n" in page
    assert len(page.source) < 400_000
    assert "Showing v2,951 to v3,000, 50 versions of 3,000" in site.get(at_memory(first))


def test_the_past_is_shown_and_left_alone(site, kept, chain):
    """With `at`, pages show what was, say so, and offer no change."""
    kept.connect(kept.add("grace", "Likes ships").id, chain[0].chain_id)
    kept.delete(chain[3].id)
    page = site.get(at_memory(chain[0], "?at=2"))
    assert "This is the past. As it was after revision 2" in page
    assert "Lives in Kiel" in page
    assert "Lives in Rome" not in page
    assert not page.has_link("Delete…")
    assert {form.method for form in page.forms} == {"get"}
    assert "None then." in page
    assert "2 versions, 0 deleted" in page
    ada = site.get(page.link("ada"))
    assert "1 memory, 2 versions" in ada
    assert not ada.has_link("Delete all")
    assert "grace" not in site.get("/?at=4")
    assert "There was no contact" in site.get("/?at=0")
    assert "did not exist yet" in site.get(at_memory(chain[0], "?at=0"))
    assert "No memories then." in site.get("/inspect/contact?id=grace&at=1")
    now = site.get(page.link("Back to now"))
    assert now.form("/inspect/memory/" + chain[0].chain_id).fields["at"] == "7"
    assert not now.has_link("Back to now")
    assert "at=2" in page.link("Change after").replace("at=3", "at=2")


def test_the_slider_stops_where_the_contact_changed(site, kept, chain):
    """Its steps are the revisions that touched the contact; too many, and they are all."""
    kept.add("grace", "Likes ships")
    kept.update(chain[3].id, "Lives in Bern")
    assert 'data-stops="1 2 3 4 6"' in site.get(at_memory(chain[0])).source
    assert 'max="4" value="2"' in site.get(at_memory(chain[0], "?at=3")).source
    assert 'max="4" value="3"' in site.get(at_memory(chain[0], "?at=5")).source
    with kept.transaction():
        pass
    latest = kept.latest(chain[0].chain_id)
    for number in range(500):
        latest = kept.update(latest.id, f"Lives at {number}")
    page = site.get(at_memory(chain[0]))
    assert "data-stops" not in page.source
    assert 'min="1" max="506" value="506"' in page.source


def test_filters_and_finding(site, kept, chain):
    """Categories and sessions filter; an id's beginning and a contact's id are found."""
    kept.add("ada", "Prefers tea", categories=["taste"])
    page = site.get("/inspect/contact?id=ada&category=taste")
    assert "Prefers tea" in page
    assert "Lives" not in page
    assert "Only category taste" in page
    assert "Lives in Oslo" in site.get(page.link("Show all"))
    assert "Prefers tea" not in site.get("/inspect/contact?id=ada&session=monday")
    assert "1 memory" not in site.get("/inspect/find?q=ada")
    assert "2 memories" in site.get("/inspect/find?q=ada")
    found = site.get("/inspect/find", q=chain[0].id[:13].upper())
    assert site.get(found.link(chain[0].id)).heading == "Memory of ada"
    assert "No contact has this id." in found
    assert "No id begins so." in site.get("/inspect/find?q=zzz")
    assert "Type a contact" in site.get("/inspect/find")


def test_long_texts_are_cut_and_shown_whole(site, kept):
    """A long text is folded; a very long one has a page of its own, the present and the past."""
    long, very = "word " * 200, "word\n" * 6000
    first = kept.add("ada", long)
    page = site.get(at_memory(first))
    assert "Show all 1,000 characters" in page
    assert page.source.count("word word") > 1
    second = kept.update(first.id, very)
    page = site.get(at_memory(first))
    assert "too long to be compared" in page
    assert len(page.source) < 40_000
    whole = site.get(page.link("Show all 30,000 characters"))
    assert whole.text.count("word") == 6000
    assert second.id in whole
    assert "This is the past" in site.get(at_memory(first, "/version/1?at=1"))
    site.get(at_memory(first, "/version/3"), 404)
    site.get(at_memory(first, "/version/2?at=1"), 404)
    assert clip("a\nb\nc", 100, 2) == "a\nb\n".rstrip()


@pytest.mark.parametrize("backend", ["memory"])
def test_a_change_is_shown_where_it_is(site, kept):
    """Of a long line what changed, with a little around it; of many lines the first ones."""
    long = "one " * 90
    texts = [
        f"{long}red {long}red {long}",
        f"{long}green {long}blue {long}",
        "\n".join(f"Line {n}" for n in range(600)),
        "\n".join(f"Line {n}" for n in range(600) if n % 2),
        " ".join(map(str, range(1000))),
        " ".join(map(str, range(1000, 2000))),
        "Ada likes red fish very much, and so does everybody",
        "Ada likes blue birds very much, and so does everybody",
        "same",
        "same",
    ]
    version = kept.add("ada", texts[0])
    for text in texts[1:]:
        version = kept.update(version.id, text)
    page = site.get(at_memory(version))
    marked = page.source.partition("Changes from v1")[2].partition("</section>")[0]
    assert "<mark>red</mark>" in marked
    assert "<mark>green</mark>" in marked
    assert "<mark>blue</mark>" in marked
    assert marked.count("one") < 180
    assert " … " in marked
    assert "288 more changed lines" in page
    assert "None: it says the same." in page
    assert page.text.count("Removed: 0 1 2 3") == 1
    assert "<mark>red fish</mark>" in page.source
    assert "<mark>blue birds</mark>" in page.source
    assert len(page.source) < 250_000


def test_a_revision_tells_all_of_itself(site, kept):
    """Operation, who, why, counts and contacts, with links to its neighbours."""
    with kept.for_tenant("default", actor="importer").transaction(reason="begin") as tx:
        for number in range(60):
            tx.add(f"c{number:02}", "Sails")
    kept.add("ada", "Reads")
    log = site.get("/inspect/revisions")
    assert "and 57 more" in log
    page = site.get("/inspect/revision/1")
    for words in ("transaction 60 added", "importer", "begin", "and 10 more", "c49"):
        assert words in page
    assert site.get(page.link("The one after")).heading == "Revision 2"
    assert site.get("/inspect/revision/2").link("The one before") == "/inspect/revision/1"
    then = site.get(page.link("The store as it was then"))
    assert "c00" in then
    assert "ada" not in then


def test_verify_names_what_does_not_hold(site, kept, chain, monkeypatch):
    """It runs when asked to, and lists every invariant and each violation."""
    assert "All is well" not in site.get("/inspect/verify")
    page = site.get("/inspect/verify?run=1")
    assert "All is well" in page
    assert all(each.name in page for each in Invariant)
    counts = kept.verify().counts
    bad = tuple(Violation(Invariant.LINKS, f"<i>{n}</i>", "a < b") for n in range(210))
    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "verify", lambda _: Report(bad, counts))
        page = site.get("/inspect/verify?run=1")
    assert "210 violations." in page
    assert "<i>199</i>" in page
    assert "and 10 more." in page


def test_tenants_are_apart(site, kept, chain):
    """A named tenant is shown on every page that its links lead to; no other can be."""
    other = kept.for_tenant("acme/eu")
    gone = other.delete(other.add("bob", "Likes ships").id)
    other.update(other.add("bob", "Reads").id, "Writes")
    site.get("/?tenant=shop", 404)
    site.get("/?tenant=shop", 404)
    page = site.get("/?tenant=acme%2Feu")
    assert "bob" in page
    assert "ada" not in page
    site.get(at_memory(chain[0], "?tenant=acme%2Feu"), 404)
    pages = site.crawl("/?tenant=acme/eu")
    assert len(pages) > 10
    assert not any("ada" in page.text or "Lives in" in page.text for page in pages)
    restored = site.get(f"/inspect/revision/{gone.revision}?tenant=acme/eu")
    site.submit(restored.form("/inspect/do/restore"))
    assert other.count("bob").memories == 2
    assert other.verify().ok


def test_looking_changes_nothing(site, kept, chain):
    """No page that a link leads to writes anything, the dry runs included."""
    kept.delete(chain[1].id)
    before = dumped(kept)
    assert len(site.crawl("/", "/inspect/verify?run=1")) > 15
    assert dumped(kept) == before
