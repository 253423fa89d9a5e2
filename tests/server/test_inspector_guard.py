"""Whom the inspector refuses, and how: tokens, other sites, foreign hosts, headers, errors."""

# ruff: noqa: F401, F811 (the fixtures of the other file come in by import)

import pytest
from fastapi import FastAPI
from inspector_tools import HOME, Browser, dumped
from test_inspector_pages import at_memory, backend, chain, clock, kept, site

from versionchain import MemoryStore, StorageFullError
from versionchain.server.inspector import install
from versionchain.testing import Clock, Ids

DELETE, RESTORE = "/inspect/do/delete", "/inspect/do/restore"
MISSING = "00000000-0000-4000-8000-000000000000"

# What does not depend on where the store keeps.
in_memory = pytest.mark.parametrize("backend", ["memory"])


def foreign_tokens(site, chain):
    """Tokens that are right somewhere else."""
    one = site.get("/inspect/delete", version=chain[3].id).form(DELETE)
    more = site.get("/inspect/delete", version=chain[3].id, mode="previous").form(DELETE)
    whole = site.get("/inspect/delete-contact?id=ada").form("/inspect/do/delete-contact")
    other = Browser(fresh_app(), HOME)
    try:
        store_less = other.get("/inspect/revision/2").form(RESTORE)
    finally:
        other.close()
    return one, [
        None,
        "",
        "x",
        "é",
        more.fields["token"],
        whole.fields["token"],
        store_less.fields["token"],
        one.fields["token"][:-1] + "g",
    ]


def fresh_app():
    """Another process's inspector, as far as tokens go."""
    store = MemoryStore(clock=Clock(), ids=Ids())
    store.delete(store.add("ada", "Sails").id)
    app = FastAPI()
    install(app, store)
    return app


def test_a_token_serves_one_form(site, kept, chain):
    """A missing token, a wrong one and that of another form or process change nothing."""
    form, tokens = foreign_tokens(site, chain)
    gone = kept.delete(chain[3].id)
    undo = site.get(f"/inspect/revision/{gone.revision}").form(RESTORE)
    kept.restore(gone.revision)
    before = dumped(kept)
    for token in tokens:
        for _ in range(2):
            answer = site.send(form, token=token)
            assert answer.status_code == 403, token
            assert "Traceback" not in answer.text
    for field, value in (
        ("mode", "previous"),
        ("version", chain[2].id),
        ("tenant", "acme/eu"),
        ("expected_latest", chain[2].id),
        ("expected_latest", None),
    ):
        assert site.send(form, **{field: value}).status_code == 403
    assert site.send(undo, revision="4").status_code == 403
    assert dumped(kept) == before


@in_memory
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "http://127.0.0.1:8801"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": HOME, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_sends_no_form(site, kept, chain, headers):
    """A form that a browser says another site sent is refused, with the right token too."""
    form = site.get("/inspect/delete", version=chain[3].id).form(DELETE)
    before = dumped(kept)
    for _ in range(2):
        assert site.send(form, headers).status_code == 403
    assert dumped(kept) == before
    assert site.send(form, {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}).status_code == 303


@in_memory
@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({"Content-Type": "text/plain"}, b"a=b", 415),
        ({}, b"a=b", 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=b&a=c", 422),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=%ff", 422),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"\xff", 422),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=b&" * 30, 422),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=" + b"b" * 70_000, 413),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"", 403),
    ],
)
def test_what_is_no_form_is_refused(site, kept, chain, headers, content, status):
    """Only a small, well-made form is read."""
    before = dumped(kept)
    for path in (DELETE, RESTORE):
        assert site.ask("POST", path, headers=headers, content=content).status_code == status
    assert dumped(kept) == before


@in_memory
@pytest.mark.parametrize(
    "host",
    [
        "elsewhere.example",
        "127.0.0.1.elsewhere.example",
        "localhost.",
        "127.0.0.1@x",
        "",
        "[::2]",
        "127.0.0.1:x",
        "localhost:80:80",
        "LOCALHOST.example",
        "0.0.0.0",
        "127.0.0.1, x",
    ],
)
def test_a_foreign_host_is_refused(site, kept, chain, host):
    """A name that can be pointed here from outside gets no page, no file and no change."""
    form = site.get("/inspect/delete", version=chain[3].id).form(DELETE)
    before = dumped(kept)
    icon = "/inspect/static/icon.svg"
    for path in ("/", at_memory(chain[0]), icon, "/inspect/nothing"):
        answer = site.ask("GET", path, headers={"Host": host})
        assert answer.status_code == 421
        assert "Lives" not in answer.text
    assert site.send(form, {"Host": host}).status_code == 421
    assert dumped(kept) == before


@in_memory
@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:1", "127.0.0.1:65535", "[::1]", "[::1]:8800", "box.lan:8800"]
)
def test_the_own_names_are_answered(kept, host):
    """Loopback names with any port, and what was allowed by name."""
    app = FastAPI()
    install(app, kept, allowed_hosts=["Box.lan"])
    browser = Browser(app)
    try:
        assert browser.ask("GET", "/", headers={"Host": host}).status_code == 200
    finally:
        browser.close()


@in_memory
def test_every_answer_has_its_headers(site, chain):
    """No page may load, frame or send anything foreign, be kept, or tell where it was."""
    seen = {}
    for method, path, headers in (
        ("GET", "/", {}),
        ("GET", at_memory(chain[0]), {}),
        ("GET", "/inspect/nothing", {}),
        ("GET", DELETE, {}),
        ("POST", DELETE, {}),
        ("PUT", "/", {}),
        ("HEAD", "/", {}),
        ("GET", "/", {"Host": "elsewhere.example"}),
        ("GET", "/inspect/memory/x", {}),
        ("GET", "/inspect/", {}),
        ("GET", "/?at=x", {}),
    ):
        answer = site.ask(method, path, headers=headers)
        seen.setdefault(answer.status_code, []).append(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
    assert set(seen) == {200, 404, 405, 415, 421, 422}


@in_memory
def test_files_are_named_by_their_content(site):
    """Style and script come from here, may be kept, and say what they are."""
    page = site.get("/")
    (script,) = page.scripts
    for path, kind in ((script, "text/javascript"), ("/inspect/static/inspector.css", "text/css")):
        answer = site.ask("GET", path)
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
        assert "http" not in answer.text.replace("http://www.w3.org", "")


@in_memory
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/inspect/contact?id=nobody", 404),
        ("/inspect/contact", 422),
        ("/inspect/contact?id=%00", 422),
        ("/inspect/contact?id=ada&after=broken", 422),
        ("/inspect/contact?id=" + "x" * 600, 422),
        (f"/inspect/memory/{MISSING}", 404),
        ("/inspect/memory/not-an-id", 422),
        ("/inspect/memory/..%2F..%2Fetc", 404),
        (f"/inspect/memory/{MISSING}/version/1", 404),
        (f"/inspect/delete?version={MISSING}", 404),
        ("/inspect/delete", 422),
        ("/inspect/delete?mode=all", 422),
        ("/inspect/delete-contact?id=nobody", 404),
        ("/inspect/revision/0", 404),
        ("/inspect/revision/99", 404),
        ("/inspect/revision/" + "9" * 5000, 404),
        ("/inspect/revision/²", 404),
        ("/inspect/verify?run=2", 422),
        ("/inspect/revisions?before=0", 422),
        ("/inspect/revisions?contact=%00", 422),
        ("/?at=-1", 422),
        ("/?at=1.5", 422),
        ("/?at=99", 404),
        ("/?at=" + "9" * 30, 422),
        ("/?at=" + "9" * 18, 404),
        ("/?tenant=%00", 404),
        ("/inspect/", 404),
        ("/inspect/memory/", 404),
        ("/inspect/nothing/at/all", 404),
    ],
)
def test_an_error_is_a_plain_page(site, kept, chain, path, status):
    """The right status, a sentence, a way back; no traceback, and the same the second time."""
    before = dumped(kept)
    for _ in range(2):
        page = site.get(path, status)
        assert page.has_link("All contacts")
        assert "Traceback" not in page.source
        assert "sqlite" not in page.source.lower()
    assert dumped(kept) == before


def test_a_store_that_fails_is_said(site, kept, chain, monkeypatch):
    """503 with the store's own sentence; a closed store too; what nobody foresaw is a 500."""
    form = site.get("/inspect/delete", version=chain[3].id).form(DELETE)
    before = dumped(kept)

    def full(*_, **__):
        raise StorageFullError("No space is left.", "SQLITE_FULL")

    def broken(*_, **__):
        raise RuntimeError("secret detail")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "delete", full)
        patch.setattr(MemoryStore, "contacts", broken)
        for _ in range(2):
            answer = site.send(form)
            assert answer.status_code == 503
            assert "No space is left." in answer.text
            page = site.get("/", 500)
            assert "secret" not in page.source
            assert "content-security-policy" in page.headers
    assert dumped(kept) == before
    closed = MemoryStore()
    app = FastAPI()
    install(app, closed)
    closed.close()
    browser = Browser(app)
    try:
        assert "closed" in browser.get("/", 503)
        assert "closed" in browser.get("/", 503)
    finally:
        browser.close()


@in_memory
def test_it_keeps_to_its_own_addresses(site, kept):
    """Other routes of the app answer, whatever their host; its OpenAPI page says nothing of it."""
    app = FastAPI()
    app.get("/memories")(lambda: {"mine": True})
    install(app, kept)
    app.get("/api/v1/users")(lambda: {"mine": True})
    browser = Browser(app)
    try:
        for path in ("/memories", "/api/v1/users"):
            assert browser.ask("GET", path, headers={"Host": "x"}).json() == {"mine": True}
        assert set(browser.ask("GET", "/openapi.json").json()["paths"]) == {
            "/memories",
            "/api/v1/users",
        }
        assert browser.ask("GET", "/contacts").status_code == 404
    finally:
        browser.close()
