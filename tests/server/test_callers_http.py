"""Callers.ai's requests and answers, each checked against the shape that documents it."""

import re

import jsonschema
import pytest

from versionchain.server import control_of, create_app
from versionchain.server.control import CallersControl
from versionchain.testing import Ids

STORES = ["memory"]  # the rules are the library's, and its own tests hold them on every backend
CONTACT = "65f0c0ffee0000000000cafe"
MISSING = "0" * 24

# callers-delete-all-memories has these three for its request; the issue says what the others have.
MALFORMED = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": ["error"]},
        "message": {"type": "string"},
        "data": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["status", "message", "data"],
    "additionalProperties": False,
}
NOT_FOUND = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": ["error"]},
        "message": {"type": "string"},
    },
    "required": ["status", "message"],
    "additionalProperties": False,
}
COUNT = {
    "type": "object",
    "properties": {
        "count": {"type": "number", "description": "Number of deleted memories"},
    },
    "required": ["count"],
    "additionalProperties": False,
}
HEX = {"type": "string", "pattern": "^[0-9a-f]{24}$"}
TEXT_OR_NULL = {"type": ["string", "null"]}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
MEMORY_FIELDS = {
    "id": HEX,
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "text": {"type": "string", "minLength": 1},
    "status": {"type": "string", "enum": ["ACTUAL", "OUTDATED", "DELETED"]},
    "phoneNumber": TEXT_OR_NULL,
    "campaignId": TEXT_OR_NULL,
    "contactId": {"type": "string"},
    "previousMemoryId": {"anyOf": [HEX, {"type": "null"}]},
    "createdAt": TIME,
    "updatedAt": TIME,
}
MEMORY = {
    "type": "object",
    "properties": MEMORY_FIELDS,
    "required": list(MEMORY_FIELDS),
    "additionalProperties": False,
}


def success(data):
    """The envelope of a good answer."""
    return {
        "type": "object",
        "properties": {"status": {"type": "string", "enum": ["success"]}, "data": data},
        "required": ["status", "data"],
        "additionalProperties": False,
    }


@pytest.fixture
def ask(callers):
    """A request whose answer has its documented shape; gives the `data` of it."""

    def ask(method, path, shape, status=200, **more):
        answer = callers(method, path, **more)
        assert answer.status_code == status, answer.text
        jsonschema.validate(answer.json(), success(shape))
        return answer.json()["data"]

    return ask


@pytest.fixture
def refused(callers, unchanged):
    """A request that fails in its documented shape, and changes nothing; gives the body."""

    def refused(method, path, status, **more):
        with unchanged():
            answer = callers(method, path, **more)
        assert answer.status_code == status, answer.text
        jsonschema.validate(answer.json(), MALFORMED if status == 400 else NOT_FOUND)
        return answer.json()

    return refused


@pytest.fixture
def contact(control):
    """A contact that is known."""
    return control.callers.create_contact(CONTACT, phone_number="+49 228 1")


def memories(ask, contact, status=None):
    """A contact's memories, by their texts."""
    query = "" if status is None else f"?status={status}"
    listing = {"type": "array", "items": MEMORY}
    return {
        each["text"]: each for each in ask("GET", f"/contacts/{contact}/memories{query}", listing)
    }


def test_made_and_listed(ask, contact):
    """A memory is answered as it was made, and listed the same, the oldest first."""
    path = f"/contacts/{contact}/memories"
    made = ask("POST", path, MEMORY, 201, json={"name": "Home", "text": "Lives in Bonn"})
    assert made == {
        "id": made["id"],
        "name": "Home",
        "text": "Lives in Bonn",
        "status": "ACTUAL",
        "phoneNumber": "+49 228 1",
        "campaignId": None,
        "contactId": contact,
        "previousMemoryId": None,
        "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
    }
    ask("POST", path, MEMORY, 201, json={"name": "Taste", "text": "Prefers tea"})
    assert list(memories(ask, contact)) == ["Lives in Bonn", "Prefers tea"]
    assert memories(ask, contact)["Lives in Bonn"] == made


def test_by_status(ask, control, contact):
    """Each status alone; without one, the deleted are left out."""
    first = control.callers.add(contact, "Bonn", campaign_id="spring")
    control.callers.update(control.callers.id_of(first), "Kiel", name="Moved")
    gone = control.callers.add(contact, "Tea")
    ask("DELETE", f"/memories/{control.callers.id_of(gone)}", MEMORY)
    assert list(memories(ask, contact, "ACTUAL")) == ["Kiel"]
    assert list(memories(ask, contact, "OUTDATED")) == ["Bonn"]
    assert list(memories(ask, contact, "DELETED")) == ["Tea"]
    found = memories(ask, contact)
    assert list(found) == ["Bonn", "Kiel"]
    assert found["Kiel"]["previousMemoryId"] == found["Bonn"]["id"]
    assert found["Kiel"]["campaignId"] == "spring"
    assert found["Kiel"]["name"] == "Moved"
    assert found["Bonn"]["updatedAt"] == found["Kiel"]["createdAt"] > found["Bonn"]["createdAt"]


def test_one_deleted(ask, refused, control, contact):
    """It comes back as DELETED, the one before it is ACTUAL again, and a retry is a 404."""
    first = control.callers.add(contact, "Bonn")
    second = control.callers.update(control.callers.id_of(first), "Kiel")
    path = f"/memories/{control.callers.id_of(second)}"
    gone = ask("DELETE", path, MEMORY)
    assert (gone["status"], gone["text"], gone["previousMemoryId"]) == ("DELETED", "Kiel", None)
    assert gone["updatedAt"] > gone["createdAt"]
    assert memories(ask, contact)["Bonn"]["status"] == "ACTUAL"
    assert refused("DELETE", path, 404) == {"status": "error", "message": "Memory not found"}
    assert list(memories(ask, contact)) == ["Bonn"]


def test_all_deleted(ask, control, contact):
    """The count is of what this call changed: ACTUAL and OUTDATED; then nothing is left."""
    first = control.callers.add(contact, "Bonn")
    control.callers.update(control.callers.id_of(first), "Kiel")
    tea = control.callers.add(contact, "Tea")
    control.callers.add("someone-else", "Stays")
    ask("DELETE", f"/memories/{control.callers.id_of(tea)}", MEMORY)
    path = f"/contacts/{contact}/memories"
    assert ask("DELETE", path, COUNT) == {"count": 2}
    assert ask("DELETE", path, COUNT) == {"count": 0}
    assert memories(ask, contact) == {}
    assert list(memories(ask, contact, "DELETED")) == ["Bonn", "Kiel", "Tea"]
    assert list(memories(ask, "someone-else")) == ["Stays"]


def test_a_contact_without_memories(ask, contact, unchanged):
    """One that was only made known has an empty list and a count of none."""
    with unchanged():
        assert memories(ask, contact) == {}
        assert ask("DELETE", f"/contacts/{contact}/memories", COUNT) == {"count": 0}


def test_a_contact_that_has_had_a_memory(ask, acme):
    """It is known without having been made known, also when all is deleted."""
    acme.delete(acme.add("ada", "Came another way").id)
    assert memories(ask, "ada") == {}
    assert list(memories(ask, "ada", "DELETED")) == ["Came another way"]


def test_a_memory_that_came_another_way(ask, acme):
    """It is shown and deleted by the first digits of its UUID, and named by its text."""
    first = acme.add("ada", "x" * 300)
    second = acme.update(first.id, "Lives in Kiel")
    found = memories(ask, "ada")
    assert found["Lives in Kiel"]["id"] == second.id.replace("-", "")[:24]
    assert found["Lives in Kiel"]["previousMemoryId"] == found["x" * 300]["id"]
    assert found["x" * 300]["name"] == "x" * 200
    gone = ask("DELETE", f"/memories/{found['Lives in Kiel']['id'].upper()}", MEMORY)
    assert gone["status"] == "DELETED"
    assert memories(ask, "ada")["x" * 300]["status"] == "ACTUAL"


class TestParts:
    """A sub-organization is a tenant of its own, and must be the key's."""

    def test_apart(self, ask, control, contact):
        """The part knows its own contacts, and the organization its own."""
        control.callers.create_contact(contact, organization="acme-eu")
        body = {"name": "Home", "text": "Bonn"}
        path = f"/contacts/{contact}/memories"
        made = ask("POST", path, MEMORY, 201, json=body, part="acme-eu")
        assert memories(ask, contact) == {}
        listing = {"type": "array", "items": MEMORY}
        assert ask("GET", path, listing, part="acme-eu") == [made]

    def test_a_memory_of_a_part(self, refused, control):
        """The organization's key without the header does not reach it."""
        made = control.callers.add("ada", "Bonn", organization="acme-eu")
        refused("DELETE", f"/memories/{control.callers.id_of(made)}", 404)
        refused("GET", "/contacts/ada/memories", 404)

    @pytest.mark.parametrize("part", ["nowhere", "acme", "zeta"])
    def test_not_the_keys(self, refused, contact, part):
        """Another organization's part, an unknown one, and the organization itself are a 400."""
        for method, path in (
            ("GET", f"/contacts/{CONTACT}/memories?status=nonsense"),
            ("POST", f"/contacts/{CONTACT}/memories"),
            ("DELETE", f"/contacts/{CONTACT}/memories"),
            ("DELETE", "/memories/nonsense"),
        ):
            body = refused(method, path, 400, part=part)
            assert body["message"] == "Invalid sub organization"
            assert body["data"][0]["property"] == "x-sub-organization-id"

    def test_another_organizations_key(self, refused, control):
        """A part is opened by its own organization's key alone."""
        control.callers.add("ada", "Bonn", organization="acme-eu")
        refused("GET", "/contacts/ada/memories", 400, key="callers-zeta", part="acme-eu")


class TestErrors:
    """Each failure in its documented shape; and nothing changed."""

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_an_unknown_contact(self, refused, control, method):
        """Unknown, or another organization's."""
        control.callers.create_contact("theirs", organization="zeta")
        control.callers.add("theirs-too", "Bonn", organization="zeta")
        for contact in (MISSING, "theirs", "theirs-too"):
            body = {"json": {"name": "n", "text": "t"}} if method == "POST" else {}
            answer = refused(method, f"/contacts/{contact}/memories", 404, **body)
            assert answer == {"status": "error", "message": "Contact not found"}

    def test_an_unknown_memory(self, refused, control):
        """Unknown, another organization's, and a chain's own id."""
        mine = control.callers.add("ada", "Bonn")
        theirs = control.callers.add("ada", "Bonn", organization="zeta")
        chain = mine.chain_id.replace("-", "")[:24]
        for id in (MISSING, control.callers.id_of(theirs), chain):
            refused("DELETE", f"/memories/{id}", 404)

    @pytest.mark.parametrize("id", ["x", "0" * 23, "0" * 25, "g" * 24, "%00", MISSING + "%0A"])
    def test_a_malformed_memory_id(self, refused, id):
        """Anything but 24 hexadecimal digits is a 400."""
        assert refused("DELETE", f"/memories/{id}", 400)["data"][0]["property"] == "memoryId"

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    @pytest.mark.parametrize("id", ["%00", "%20", "a" * 513])
    def test_a_malformed_contact_id(self, refused, method, id):
        """What the store takes for no contact is a 400."""
        body = {"json": {"name": "n", "text": "t"}} if method == "POST" else {}
        answer = refused(method, f"/contacts/{id}/memories", 400, **body)
        assert answer["data"][0]["property"] == "contactId"

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ({}, ["name", "text"]),
            ({"name": "n"}, ["text"]),
            ({"name": "", "text": "t"}, ["name"]),
            ({"name": "n" * 201, "text": "t"}, ["name"]),
            ({"name": "n", "text": ""}, ["text"]),
            ({"name": "n", "text": "t" * 5001}, ["text"]),
            ({"name": "n", "text": " "}, ["text"]),
            ({"name": "n", "text": "\0"}, ["text"]),
            ({"name": "n\0", "text": "t"}, ["name"]),
            ({"name": "n", "text": 5}, ["text"]),
            ({"name": None, "text": "t"}, ["name"]),
            ([], [""]),
        ],
    )
    def test_a_malformed_body(self, refused, contact, body, where):
        """An object for each thing that does not fit."""
        answer = refused("POST", f"/contacts/{contact}/memories", 400, json=body)
        assert [each["property"] for each in answer["data"]] == where

    @pytest.mark.parametrize(
        "content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"name": "\\ud800"}']
    )
    def test_no_json(self, refused, contact, content):
        """What can't be read is a 400, too."""
        refused("POST", f"/contacts/{contact}/memories", 400, content=content)

    def test_a_status_that_is_none(self, refused, contact):
        """The status is one of the three, in capitals."""
        for status in ("actual", "CURRENT", ""):
            answer = refused("GET", f"/contacts/{contact}/memories?status={status}", 400)
            assert answer["data"][0]["property"] == "status"

    @pytest.mark.parametrize("key", [None, "", "wrong", "Bearer callers-acme", "rai_shop"])
    def test_keys(self, http, contact, unchanged, key):
        """A missing or wrong key is a 401 before anything else; no Bearer stands before it."""
        headers = {} if key is None else {"Authorization": key}
        for method, path in (
            ("GET", f"/contacts/{contact}/memories?status=nonsense"),
            ("POST", f"/contacts/{contact}/memories"),
            ("DELETE", f"/contacts/{contact}/memories"),
            ("DELETE", "/memories/nonsense"),
        ):
            with unchanged():
                answer = http.request(method, path, headers=headers)
            assert answer.status_code == 401
            jsonschema.validate(answer.json(), NOT_FOUND)

    def test_limits(self, ask, contact):
        """The longest name and text are taken."""
        body = {"name": "n" * 200, "text": "t" * 5000}
        made = ask("POST", f"/contacts/{contact}/memories", MEMORY, 201, json=body)
        assert (len(made["name"]), len(made["text"])) == (200, 5000)

    @pytest.mark.parametrize(("how", "status"), [("429", 429), ("500", 500), ("timeout", 504)])
    def test_failures_on_purpose(self, refused, ask, control, contact, how, status):
        """The next request fails in the service's own shape."""
        control.fail_next(1, how, seconds=0)
        refused("DELETE", f"/contacts/{contact}/memories", status)
        assert ask("DELETE", f"/contacts/{contact}/memories", COUNT) == {"count": 0}

    @pytest.mark.parametrize("path", [f"/contacts/{CONTACT}/memories/", f"/memories/{MISSING}/"])
    def test_a_trailing_slash(self, callers, contact, path):
        """It is another address, and nothing redirects."""
        answer = callers("DELETE", path)
        assert answer.status_code == 404
        assert "location" not in answer.headers


def test_a_repeatable_source_that_begins_anew(ask, store, contact, http):
    """An app on a store that knows the ids already goes on to free ones."""
    path = f"/contacts/{contact}/memories"
    body = {"name": "n", "text": "t"}
    first = ask("POST", path, MEMORY, 201, json=body)
    again = create_app(store, callers_keys={"callers-acme": "acme"}, ids=Ids(1))
    version = control_of(again).callers.add(contact, "u")
    assert CallersControl.id_of(version) != first["id"]


def test_ids_on_the_wire(ask, contact):
    """Every id is 24 lower-case digits, and no two are alike."""
    path = f"/contacts/{contact}/memories"
    made = [ask("POST", path, MEMORY, 201, json={"name": "n", "text": "t"}) for _ in range(20)]
    assert len({each["id"] for each in made}) == 20
    assert all(re.fullmatch("[0-9a-f]{24}", each["id"]) for each in made)


def test_the_apps_own_document(http):
    """The app's OpenAPI has the document's own names, and its security scheme."""
    page = http.get("/openapi.json").json()
    deletion = page["paths"]["/contacts/{contactId}/memories"]["delete"]
    assert deletion["operationId"] == "ContactMemoryPublicController_deleteByContactId"
    assert deletion["tags"] == ["Contact Memory"]
    assert [each["name"] for each in deletion["parameters"]] == [
        "contactId",
        "x-sub-organization-id",
    ]
    assert deletion["security"] == [{"Authorization": []}]
    scheme = page["components"]["securitySchemes"]["Authorization"]
    assert scheme == {"type": "apiKey", "in": "header", "name": "Authorization"}
