"""RecallrAI's answers as they are on the wire, and in the order in which things are refused."""

import json
import uuid

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

STORES = ["memory"]  # what is on the wire does not depend on where it is kept
MISSING = "00000000-0000-4000-8000-000000000000"
GOOD = {"X-Recallr-Api-Key": "rai_shop", "X-Recallr-Project-Id": "shop"}


def test_the_bodies_word_for_word(recallr):
    """The fields of each answer, no more and no less, and times with their zone."""
    made = recallr("POST", "/users", json={"custom_user_id": "ada", "metadata": {"a": 1}})
    assert made.status_code == 201
    user = {
        "custom_user_id": "ada",
        "metadata": {"a": 1},
        "merge_conflict_enabled": None,
        "created_at": "2026-01-01T12:00:05Z",
        "last_active_at": "2026-01-01T12:00:05Z",
    }
    assert made.json() == {"user": user}
    assert recallr("GET", "/users/ada").json() == {"user": user}
    assert recallr("GET", "/users").json() == {"users": [user], "total": 1, "has_more": False}
    empty = {"items": [], "total": 0, "has_more": False}
    assert recallr("GET", "/users/ada/memories").json() == empty


def test_an_item_on_the_wire(recallr, seed, chain):
    """Every field of the issue's item is there, null where it is null."""
    item = recallr("GET", f"/users/ada/memory/{chain[1]}").json()
    assert item == {
        "memory_id": chain[1],
        "categories": ["place"],
        "content": "v2",
        "event_date_start": item["created_at"],
        "event_date_end": item["created_at"],
        "created_at": item["created_at"],
        "version_number": 2,
        "total_versions": 4,
        "has_previous_versions": True,
        "previous_versions": item["previous_versions"],
        "connected_memories": [],
        "merge_conflict_in_progress": False,
        "merge_conflict_id": None,
        "expired_at": item["expired_at"],
        "expiration_reason": "NEW_VERSION",
        "session_id": "monday",
    }
    assert set(item["previous_versions"][0]) == {
        "memory_id",
        "version_number",
        "content",
        "event_date_start",
        "event_date_end",
        "created_at",
        "expired_at",
        "expiration_reason",
    }


def test_a_deletion_has_no_body(recallr, chain):
    """204, and nothing behind it. Source: recallrai-delete-memory, "HTTP 204 No Content"."""
    answer = recallr("DELETE", f"/users/ada/memory/{chain[3]}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert recallr("DELETE", "/users/ada").content == b""


@pytest.mark.parametrize("text", ["true", "True", "1", "on", "yes"])
def test_a_bool_that_is_true(recallr, seed, chain, shop, text):
    """The bool takes what FastAPI takes."""
    recallr("DELETE", f"/users/ada/memory/{chain[1]}?delete_previous_versions={text}")
    assert [version.content for version in shop.history(chain[3])] == ["v3", "v4"]


def test_ids_are_uuids_in_any_writing(recallr, chain, shop):
    """What the service's framework takes for a UUID names the version; 404 has its plain form."""
    odd = "{" + chain[3].upper() + "}"
    assert recallr("GET", f"/users/ada/memory/{odd}").json()["memory_id"] == chain[3]
    assert recallr("DELETE", f"/users/ada/memory/{chain[3].replace('-', '')}").status_code == 204
    again = recallr("DELETE", f"/users/ada/memory/{odd}")
    assert (again.status_code, again.json()) == (404, {"detail": f"Memory {chain[3]} not found"})


class TestMisfits:
    """422, exactly as FastAPI lists what does not fit."""

    @pytest.fixture
    def reference(self, do):
        """The detail that a plain FastAPI app gives for the same request."""
        app = FastAPI()

        @app.delete("/users/{custom_user_id}/memory/{memory_id}")
        def delete(
            custom_user_id: str, memory_id: uuid.UUID, delete_previous_versions: bool = False
        ) -> None: ...

        async def ask(path):
            async with AsyncClient(transport=ASGITransport(app), base_url="http://x") as client:
                return (await client.delete(path)).json()

        return lambda path: do(ask(path))

    @pytest.mark.parametrize(
        "tail",
        [
            "nonsense",
            "nonsense?delete_previous_versions=maybe",
            f"{MISSING}?delete_previous_versions=maybe",
            f"{MISSING}?delete_previous_versions=",
            f"{MISSING}?delete_previous_versions=2",
            f"{MISSING[:-1]}",
        ],
    )
    def test_as_fastapi(self, recallr, reference, unchanged, chain, tail):
        """The list, its order, and every field of each entry."""
        path = f"/users/ada/memory/{tail}"
        with unchanged():
            answer = recallr("DELETE", path)
        assert answer.status_code == 422
        assert answer.json() == reference(path)
        for entry in answer.json()["detail"]:
            assert set(entry) - {"ctx"} == {"loc", "msg", "type", "input"}

    @pytest.mark.parametrize(
        ("query", "where"),
        [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=x", "limit"),
            ("offset=-1", "offset"),
            ("include_previous_versions=maybe", "include_previous_versions"),
            ("include_connected_memories=2", "include_connected_memories"),
            ("session_metadata_filter=nonsense", "session_metadata_filter"),
            ("session_metadata_filter=[1]", "session_metadata_filter"),
            ('session_metadata_filter={"a":NaN}', "session_metadata_filter"),
        ],
    )
    def test_queries(self, recallr, seed, query, where):
        """Each entry says where the value stood."""
        answer = recallr("GET", f"/users/ada/memories?{query}")
        assert answer.status_code == 422
        assert [entry["loc"] for entry in answer.json()["detail"]] == [["query", where]]

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ({}, ["body", "custom_user_id"]),
            ({"custom_user_id": 1}, ["body", "custom_user_id"]),
            ({"custom_user_id": ""}, ["body", "custom_user_id"]),
            ({"custom_user_id": " "}, ["body", "custom_user_id"]),
            ({"custom_user_id": "a\0"}, ["body", "custom_user_id"]),
            ({"custom_user_id": "a" * 401}, ["body", "custom_user_id"]),
            ({"custom_user_id": "a", "metadata": []}, ["body", "metadata"]),
            ({"custom_user_id": "a", "metadata": {"a": "\ud800"}}, ["body", "metadata"]),
            ({"custom_user_id": "\ud800"}, ["body", "custom_user_id"]),
            ({"custom_user_id": "a", "metadata": {"n": 1e999}}, ["body", "metadata"]),
            ([], ["body"]),
        ],
    )
    def test_bodies(self, recallr, unchanged, body, where):
        """What can be no user, whatever JSON it is; surrogates and infinity come back as text."""
        sent = json.dumps(body)
        with unchanged():
            answer = recallr("POST", "/users", content=sent)
        assert answer.status_code == 422
        said = json.loads(answer.text, parse_constant=pytest.fail)
        assert [entry["loc"] for entry in said["detail"]] == [where]

    @pytest.mark.parametrize(
        "sent", [b"{", b"\xff", b'{"custom_user_id": "a", "metadata": ' + b"[" * 100_000]
    )
    def test_what_is_no_json(self, http, unchanged, sent):
        """It is refused, and is no failure of the server."""
        with unchanged():
            answer = http.post(
                "/api/v1/users",
                content=sent,
                headers=GOOD | {"Content-Type": "application/json"},
            )
        assert answer.status_code in (400, 422)
        assert answer.json()["detail"]

    def test_a_deep_body(self, http, unchanged):
        """What is nested deeper than the store takes is refused, and repeated only so far."""
        deep = '{"custom_user_id": "a", "metadata": {"a": ' + "[" * 500 + "]" * 500 + "}}"
        with unchanged():
            answer = http.post(
                "/api/v1/users",
                content=deep,
                headers=GOOD | {"Content-Type": "application/json"},
            )
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["body", "metadata"]


class TestKeys:
    """401 before anything else is looked at."""

    @pytest.mark.parametrize("left_out", list(GOOD))
    def test_missing(self, http, seed, unchanged, left_out):
        """Without one of the two headers, also where the request does not fit."""
        headers = {name: value for name, value in GOOD.items() if name != left_out}
        for method, path in (
            ("POST", "/users"),
            ("GET", "/users?limit=0"),
            ("GET", "/users/ghost"),
            ("PUT", "/users/ada"),
            ("DELETE", "/users/ada"),
            ("GET", "/users/ada/memories?limit=0"),
            ("GET", "/users/ada/memory/nonsense"),
            ("DELETE", "/users/ada/memory/nonsense?delete_previous_versions=maybe"),
            ("GET", "/users/ada/sessions"),
        ):
            with unchanged():
                answer = http.request(method, "/api/v1" + path, headers=headers, content=b"{")
            assert answer.status_code == 401
            assert answer.json() == {"detail": "Invalid API key or project ID"}

    def test_a_key_of_another_service(self, http, unchanged):
        """A key opens its own service alone."""
        headers = {"X-Recallr-Api-Key": "callers-acme", "X-Recallr-Project-Id": "acme"}
        with unchanged():
            assert http.get("/api/v1/users", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "path", ["/users/", "/users/ada/", "/users/ada/memories/", f"/users/ada/memory/{MISSING}/"]
)
def test_a_trailing_slash(recallr, seed, path):
    """It is another address, and nothing redirects."""
    answer = recallr("GET", path)
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_another_method(recallr, seed, unchanged):
    """An address that is known answers 405 to what it does not do."""
    with unchanged():
        assert recallr("PATCH", "/users/ada").status_code == 405


@pytest.mark.parametrize("id", ["%00", "%20", "a" * 600, "%F0%9F%90%8D", "..%2Fada"])
def test_ids_that_nobody_has(recallr, seed, id, unchanged):
    """Whatever stands in the address, it is a user that is not there."""
    with unchanged():
        assert recallr("GET", f"/users/{id}").status_code == 404


def test_one_project_sees_nothing_of_another(http, control):
    """The same user id and the same memory id in two projects never meet."""
    for project in ("shop", "other"):
        control.recallr.create_user("ada", project=project)
        control.recallr.add("ada", f"In {project}", project=project, id=MISSING)
    for key, project in (("rai_shop", "shop"), ("rai_other", "other")):
        headers = {"X-Recallr-Api-Key": key, "X-Recallr-Project-Id": project}
        item = http.get(f"/api/v1/users/ada/memory/{MISSING}", headers=headers).json()
        assert item["content"] == f"In {project}"
    http.delete(f"/api/v1/users/ada/memory/{MISSING}", headers=GOOD)
    assert item == http.get(f"/api/v1/users/ada/memory/{MISSING}", headers=headers).json()


def test_connections_to_another_user_are_not_shown(recallr, control, seed, shop):
    """What was connected past the seeding interface shows no other user's text."""
    control.recallr.create_user("grace")
    mine, theirs = seed.add("ada", "Tea"), seed.add("grace", "Secret")
    shop.connect(mine.id, theirs.id)
    answer = recallr("GET", f"/users/ada/memory/{mine.id}")
    assert answer.json()["connected_memories"] == []
    assert "Secret" not in answer.text


def test_connections_to_an_ended_memory_are_hidden(recallr, seed):
    """They come back with it. The rule is the library's."""
    tea, cup = seed.add("ada", "Tea"), seed.add("ada", "Cup")
    seed.connect(tea.id, cup.id)
    recallr("DELETE", f"/users/ada/memory/{cup.id}")
    assert recallr("GET", f"/users/ada/memory/{tea.id}").json()["connected_memories"] == []


def test_numbers_are_dense(recallr, seed, chain):
    """After deletions the wire numbers are positions; the store's own have a gap."""
    recallr("DELETE", f"/users/ada/memory/{chain[1]}")
    version = seed.update(chain[0], "v5")
    assert version.number == 5
    item = recallr("GET", f"/users/ada/memory/{version.id}").json()
    assert (item["version_number"], item["total_versions"]) == (4, 4)
    assert [each["version_number"] for each in item["previous_versions"]] == [3, 2, 1]
