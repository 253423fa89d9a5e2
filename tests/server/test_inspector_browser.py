"""The inspector in a real Chromium: by keyboard, in a narrow window, in the dark, without harm."""

import socket
import threading
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI

from versionchain import MemoryStore
from versionchain.server.inspector import install
from versionchain.testing import Clock, Ids

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
HARM = "<script>window.hacked=1</script><img src=x onerror=window.hacked=2>"
WIDE = "w" * 300


@pytest.fixture(scope="module")
def chromium():
    """One browser for all; each test has a profile of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def kept():
    """A store with a memory of four versions, one deleted, and texts that would do harm."""
    with MemoryStore(clock=Clock(step=timedelta(minutes=1)), ids=Ids()) as store:
        version = store.add("ada", "Lives in Bonn", categories=["place"], session_id="monday")
        for town in ("Kiel", "Rome", "Oslo"):
            version = store.update(version.id, f"Lives in {town}")
        store.delete(version.id, reason=HARM)
        other = store.add(f"{HARM}{WIDE}", HARM, metadata={HARM: HARM}, categories=[WIDE])
        other = store.update(other.id, f"{HARM} {WIDE}\n\n{HARM}", session_id=HARM)
        store.connect(other.id, version.chain_id, kind=HARM)
        yield store
        assert store.verify().ok


@pytest.fixture
def home(kept):
    """The address of a real server on a free port of the loopback."""
    app = FastAPI()
    install(app, kept, tenants=["acme/eu"])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def tab(chromium, home):
    """Opens a tab; at the end no tab asked another host, and none had an error to tell."""
    opened, hosts, complaints = [], set(), []

    def open_tab(width=1280, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, base_url=home, **options
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_tab
    for context in opened:
        context.close()
    assert hosts <= {urlsplit(home).netloc}
    assert complaints == []


def towns(store):
    return [each.content.split()[-1] for each in store.history(of_ada(store))]


def of_ada(store):
    return store.versions("ada").items[0].chain_id


def press_to(page, words, most=80):
    """Presses Tab until what has the focus says these words; what it is, is seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate("document.activeElement.textContent")
        if words in said:
            style = page.evaluate(
                """(() => { const e = document.activeElement;
                const at = [getComputedStyle(e), getComputedStyle(e, "::after")];
                return at.some(s => s.outlineStyle != "none" && parseFloat(s.outlineWidth) > 0);
                })()"""
            )
            assert style, f"the focus on {words!r} is not seen"
            return
    raise AssertionError(f"Tab never reaches {words!r}")


def press_on(page, words, address):
    """Goes to a link or button by keyboard, presses it, and waits for where it leads."""
    press_to(page, words)
    with page.expect_navigation(url=address):
        page.keyboard.press("Enter")


def test_a_walk_by_keyboard(tab, kept):
    """Contacts, a memory, the dry run, the deletion and its undoing, with Tab and Enter alone."""
    page = tab()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    press_on(page, "ada", "**/inspect/contact?id=ada")
    press_on(page, "Lives in Rome", "**/inspect/memory/*")
    press_on(page, "Delete… version 2", "**/inspect/delete?version=*")
    assert page.get_by_text("RELINKED").is_visible()
    assert towns(kept) == ["Bonn", "Kiel", "Rome"]
    press_on(page, "This and all before it", "**mode=previous")
    assert page.get_by_text("ORPHANED").is_visible()
    press_to(page, "Delete 2 versions")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("asked to")
    with page.expect_navigation(url="**done=*"):
        page.keyboard.press("Enter")
    assert towns(kept) == ["Rome"]
    assert "because “asked to”" in page.locator(".notice").inner_text()
    press_on(page, "Undo", "**done=*")
    assert towns(kept) == ["Bonn", "Kiel", "Rome"]
    press_on(page, "Verify", "**/inspect/verify")
    press_on(page, "Verify now", "**run=1**")
    assert page.get_by_text("All is well.").is_visible()


def test_the_slider_shows_the_past(tab, kept):
    """Each step of it, by arrow keys, redraws the chain in place; its end is now again."""
    page = tab()
    page.goto(f"/inspect/memory/{of_ada(kept)}")
    headings = page.locator(".version h2")
    assert headings.all_inner_texts() == ["Version 4", "Version 3", "Version 2", "Version 1"]
    assert page.locator(".version.is-deleted h2").inner_text() == "Version 4"
    slider = page.locator("#asof-slider")
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_url("**?at=1")
    assert headings.all_inner_texts() == ["Version 1"]
    assert "This is the past" in page.locator("#asof-banner").inner_text()
    assert page.get_by_role("link", name="Delete").count() == 0
    for number in (2, 3, 4):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**?at={number}")
        assert headings.count() == number
        assert slider.get_attribute("aria-valuetext") == f"after revision {number}"
        assert page.locator("#asof-number").input_value() == str(number)
    assert page.evaluate("document.activeElement.id") == "asof-slider"
    page.keyboard.press("End")
    page.wait_for_url(lambda url: "at=" not in url)
    assert page.locator("#asof-banner").inner_text() == ""
    assert page.get_by_role("link", name="Delete").count() == 3
    page.goto("/?at=0")
    assert page.get_by_text("There was no contact").is_visible()


def test_without_a_script(tab, kept):
    """The number and its button go back in time, and a deletion needs no script either."""
    page = tab(java_script_enabled=False)
    page.goto(f"/inspect/memory/{of_ada(kept)}")
    assert not page.locator("#asof-slider").is_visible()
    page.get_by_label("After revision").fill("2")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**?at=2")
    assert page.locator(".version h2").all_inner_texts() == ["Version 2", "Version 1"]
    page.get_by_role("link", name="Back to now").click()
    page.get_by_role("link", name="Delete… version 3").click()
    page.get_by_role("button", name="Delete 1 version").click()
    page.wait_for_url("**done=*")
    assert towns(kept) == ["Bonn", "Kiel"]


ADDRESSES = [
    "/",
    "/?at=7",
    "/inspect/contact?id=ada",
    "/inspect/contact?id=ada&show=deleted",
    "/inspect/revisions",
    "/inspect/revision/5",
    "/inspect/verify?run=1",
    "/inspect/find?q=ada",
    "/inspect/delete-contact?id=ada",
]


def every_address(store):
    """Each kind of page, with the texts that are long, wide or would do harm."""
    other = next(contact for contact in store.contacts().items if contact != "ada")
    memory = store.memories(other).items[0]
    chains = [f"/inspect/memory/{each}" for each in (of_ada(store), memory.chain_id)]
    return [
        *ADDRESSES,
        *chains,
        f"{chains[0]}?at=4",
        f"{chains[1]}/version/2",
        f"/inspect/delete?version={memory.id}&mode=previous",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_needs_no_scrolling_sideways(tab, kept, scheme):
    """At 320 pixels every page fits, in both schemes, with words that can't be broken."""
    page = tab(width=320, color_scheme=scheme)
    for address in every_address(kept):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address
        beyond = page.evaluate(
            """[...document.querySelectorAll("main *")].filter(e =>
            e.getBoundingClientRect().right > 321 && e.checkVisibility()).length"""
        )
        assert beyond == 0, address


CONTRAST = """
(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.matches(".hidden, .skip, option")) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return found;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(tab, kept, scheme):
    """Each text stands out from its ground by 4.5 to 1, and the dark is dark."""
    page = tab(color_scheme=scheme)
    for address in every_address(kept):
        page.goto(address)
        assert page.evaluate(CONTRAST) == [], address
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, ground[4:-1].split(","))) < 60) == (scheme == "dark")


def test_a_text_does_no_harm(tab, kept):
    """Scripts and images in texts run nothing and ask nobody, on any page and on sliding."""
    page = tab()
    addresses = every_address(kept)
    for address in addresses:
        page.goto(address)
        assert page.evaluate("window.hacked") is None
        assert page.locator("img, svg, iframe, main script").count() == 0, address
    page.goto(addresses[-3].partition("?")[0])
    page.goto(f"/inspect/memory/{kept.connections(of_ada(kept))[0].source_id}")
    assert page.get_by_text(HARM).count() > 3
    page.locator("#asof-slider").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**?at=*")
    page.wait_for_function("document.querySelectorAll('.version').length > 0")
    assert page.evaluate("window.hacked") is None


def test_every_part_has_a_name(tab, kept):
    """One main heading, a name for each link, button and field, and headings in order."""
    page = tab(reduced_motion="reduce")
    for address in every_address(kept):
        page.goto(address)
        assert page.locator("h1").count() == 1, address
        assert page.locator("main").count() == 1
        nameless = page.evaluate(
            """[...document.querySelectorAll("a, button, input:not([type=hidden]), select")]
            .filter(e => !(e.innerText || e.labels?.length)).map(e => e.outerHTML)"""
        )
        assert nameless == [], address
        levels = page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3')].map(e => Number(e.tagName[1]))"
        )
        assert all(b - a <= 1 for a, b in pairwise(levels)), address
        assert page.locator("table:not(:has(caption))").count() == 0
        moving = page.evaluate(
            """[...document.querySelectorAll("*")].filter(e =>
            parseFloat(getComputedStyle(e).transitionDuration) > 0).length"""
        )
        assert moving == 0
