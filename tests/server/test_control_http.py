"""The seeding interface over HTTP, for suites that aren't in Python."""

import pytest

STORES = ["memory"]
MISSING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def fake(http):
    """A request to the seeding interface; gives the body of its answer."""

    def fake(path, body, status=201, **headers):
        answer = http.post(f"/_fake{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    return fake


def test_a_walk_through_recallr(fake, recallr, http):
    """A project, a user, a memory of two versions, a connection: seen by the service."""
    fake("/recallr/projects", {"project_id": "late", "key": "rai_late", "categories": ["c"]})
    user = fake("/recallr/users", {"project_id": "late", "custom_user_id": "ada"})["user"]
    assert (user["custom_user_id"], user["metadata"]) == ("ada", {})
    first = fake(
        "/recallr/memories",
        {
            "project_id": "late",
            "custom_user_id": "ada",
            "content": "Bonn",
            "categories": ["place"],
            "metadata": {"mood": 1},
            "session_id": "monday",
            "event_date_start": "2025-05-01T00:00:00+02:00",
            "memory_id": MISSING,
        },
    )
    assert first["memory_id"] == MISSING
    assert first["event_date_start"] == first["event_date_end"] == "2025-04-30T22:00:00Z"
    second = fake(
        f"/recallr/memories/{MISSING}/versions",
        {"project_id": "late", "content": "Kiel", "event_date_start": None, "categories": []},
    )
    assert (second["version_number"], second["session_id"], second["categories"]) == (
        2,
        "monday",
        [],
    )
    assert second["event_date_start"] == second["created_at"]
    other = fake(
        "/recallr/memories", {"project_id": "late", "custom_user_id": "ada", "content": "Tea"}
    )
    ends = {"source_id": other["memory_id"], "target_id": MISSING}
    assert fake("/recallr/connections", {"project_id": "late"} | ends) == {"done": True}
    headers = {"X-Recallr-Api-Key": "rai_late", "X-Recallr-Project-Id": "late"}
    item = http.get(f"/api/v1/users/ada/memory/{second['memory_id']}", headers=headers).json()
    assert [each["content"] for each in item["connected_memories"]] == ["Tea"]
    assert recallr("GET", "/users").json()["total"] == 0


def test_a_walk_through_callers(fake, callers):
    """An organization with a part, a contact, a memory of two versions: seen by the service."""
    organization = {"organization_id": "late", "key": "late-key", "sub_organizations": ["late-eu"]}
    fake("/callers/organizations", organization)
    contact = fake("/callers/contacts", {"organization_id": "late-eu", "phone_number": "+1"})
    contact_id = contact["contact_id"]
    memory = fake(
        "/callers/memories",
        {
            "organization_id": "late-eu",
            "contact_id": contact_id,
            "text": "Bonn",
            "name": "Home",
            "campaign_id": "spring",
        },
    )
    assert (memory["status"], memory["phoneNumber"], memory["campaignId"]) == (
        "ACTUAL",
        "+1",
        "spring",
    )
    newer = fake(
        f"/callers/memories/{memory['id']}/versions", {"organization_id": "late-eu", "text": "Kiel"}
    )
    assert (newer["previousMemoryId"], newer["name"]) == (memory["id"], "Home")
    listed = callers("GET", f"/contacts/{contact_id}/memories", key="late-key", part="late-eu")
    assert [each["status"] for each in listed.json()["data"]] == ["OUTDATED", "ACTUAL"]


def test_reset_clock_and_failures(fake, recallr, clock, seed):
    """What is not about memories: each does what its Python call does."""
    before = clock.now
    assert fake("/clock", {"seconds": 90.5}, 200) == {"done": True}
    assert (clock.now - before).total_seconds() == 90.5
    fake("/failures", {"count": 1, "how": "429"}, 200)
    assert recallr("GET", "/users").status_code == 429
    assert recallr("GET", "/users").json()["total"] == 1
    fake("/failures", {"count": 1, "how": "timeout", "seconds": 0}, 200)
    fake("/reset", {}, 200)
    assert recallr("GET", "/users").json()["total"] == 0


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/recallr/users", {"custom_user_id": "ada"}, 409),
        ("/recallr/users", {"custom_user_id": " "}, 400),
        ("/recallr/users", {"custom_user_id": "eve", "project_id": "nowhere"}, 404),
        ("/recallr/users", {}, 422),
        ("/recallr/memories", {"custom_user_id": "ghost", "content": "x"}, 404),
        ("/recallr/memories", {"custom_user_id": "ada", "content": " "}, 400),
        (f"/recallr/memories/{MISSING}/versions", {"content": "x"}, 404),
        ("/recallr/memories/nonsense/versions", {"content": "x"}, 422),
        ("/recallr/connections", {"source_id": MISSING, "target_id": MISSING}, 404),
        ("/recallr/projects", {"project_id": "versionchain.server", "key": "k"}, 400),
        ("/callers/organizations", {"organization_id": "x", "key": "\n"}, 400),
        ("/callers/memories", {"contact_id": "c", "text": "\0"}, 400),
        ("/callers/memories/nonsense/versions", {"text": "x"}, 400),
        ("/callers/memories/" + "0" * 24 + "/versions", {"text": "x"}, 404),
        ("/clock", {"seconds": -1}, 422),
        ("/failures", {"count": 1, "how": "404"}, 422),
    ],
)
def test_what_cannot_be_seeded(fake, seed, unchanged, path, body, status):
    """Each failure by its status, with a detail; and nothing changed."""
    with unchanged():
        assert fake(path, body, status)["detail"]


def test_an_id_that_is_taken(fake, seed, chain, unchanged):
    """A memory's id can't come twice."""
    body = {"custom_user_id": "ada", "content": "x", "memory_id": chain[0]}
    with unchanged():
        assert "taken" in fake("/recallr/memories", body, 409)["detail"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site(fake, seed, chain, unchanged, site):
    """A browser that says that a page of another site asks is refused."""
    with unchanged():
        fake("/reset", {}, 403, **{"Sec-Fetch-Site": site})


def test_a_plain_form(http, seed, unchanged):
    """What a form of another site can send without being asked for leave is no JSON: refused."""
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        with unchanged():
            answer = http.post("/_fake/reset", content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 415


def test_a_store_that_fails(store, recallr, callers):
    """Each service answers 500 in its own shape, and says nothing of what is broken."""
    store.close()
    answer = recallr("GET", "/users")
    assert (answer.status_code, answer.json()) == (500, {"detail": "Internal server error"})
    answer = callers("GET", "/contacts/ada/memories")
    assert answer.status_code == 500
    assert answer.json() == {"status": "error", "message": "Internal server error"}


def test_a_clock_that_cannot_be_moved(fake, control):
    """It is a conflict, and says what to do."""
    control._clock = None
    assert "ShiftedClock" in fake("/clock", {"seconds": 1}, 409)["detail"]
