"""The app's OpenAPI page is right: whatever is asked, the answer is one that it documents."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from versionchain import MemoryStore
from versionchain.server import control_of, create_app
from versionchain.testing import Clock, Ids

CONTACT = "65f0c0ffee0000000000cafe"
MEMORY = "00000000-0000-4000-8000-000000000000"
WIRE_MEMORY = "ab" * 12
HEADERS = {
    "X-Recallr-Api-Key": "rai_shop",
    "X-Recallr-Project-Id": "shop",
    "Authorization": "callers-acme",
}
# What is there, so that generated requests don't all end at a 404.
KNOWN = {
    "custom_user_id": "ada",
    "memory_id": MEMORY,
    "contactId": CONTACT,
    "memoryId": WIRE_MEMORY,
}

load_all_checks()
# The store refuses what a schema can't say: a blank name, a NUL deep inside metadata. And the keys
# and names that are put into each request here repair some that were generated to be wrong.
LEFT_OUT = CHECKS.get_by_names(["positive_data_acceptance", "negative_data_rejection"])
schemathesis.openapi.format(
    "json-object",
    st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=2).map(json.dumps),
)


@pytest.fixture
def app():
    """An app in which each kind of thing is there."""
    with MemoryStore(clock=Clock(), ids=Ids()) as store:
        app = create_app(
            store,
            recallr_keys={"rai_shop": ["shop"]},
            callers_keys={"callers-acme": "acme"},
            clock=Clock(),
            ids=Ids(1),
        )
        control = control_of(app)
        control.recallr.create_user("ada")
        control.recallr.add("ada", "Bonn", id=MEMORY)
        control.callers.create_contact(CONTACT)
        control.callers.add(CONTACT, "Bonn", id=WIRE_MEMORY)
        yield app
        for tenant in ("shop", "acme", "versionchain.server", "versionchain.server/recallr/shop"):
            assert store.for_tenant(tenant).verify().ok


def operations():
    """Every request that the page documents, but the one that makes the next ones fail."""
    with MemoryStore() as store:
        paths = create_app(store).openapi()["paths"]
    return [
        (method, path)
        for path, methods in paths.items()
        for method in methods
        if path != "/_fake/failures"
    ]


def ask(app, method, path, mode, examples):
    """Asks `examples` generated requests, and checks each answer against the page."""
    operation = schemathesis.openapi.from_asgi("/openapi.json", app)[path][method]

    @seed(4)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def run(case, known):
        if known:
            names = case.path_parameters or {}
            case.path_parameters = {name: KNOWN.get(name, value) for name, value in names.items()}
        case.call_and_validate(headers=HEADERS, excluded_checks=LEFT_OUT)

    run()


@pytest.mark.parametrize(("method", "path"), operations())
def test_every_answer_is_documented(app, method, path):
    """No failure of the server, and no status, type or shape that the page does not have."""
    ask(app, method, path, GenerationMode.POSITIVE, 4)
    ask(app, method, path, GenerationMode.NEGATIVE, 3)


@pytest.mark.campaign
@pytest.mark.parametrize(("method", "path"), operations())
def test_every_answer_is_documented_at_length(app, method, path):
    """The same, many times."""
    ask(app, method, path, GenerationMode.POSITIVE, 200)
    ask(app, method, path, GenerationMode.NEGATIVE, 200)
