"""The seeding interface in Python: seed, reset, move the clock, let requests fail, come back."""

from datetime import timedelta

import pytest

from versionchain import (
    DuplicateIdError,
    InvalidInputError,
    MemoryStore,
    NotFoundError,
    TransactionError,
)
from versionchain.server import CALLERS_KEY, RECALLR_KEY, ShiftedClock, control_of, create_app
from versionchain.server.kept import TENANT
from versionchain.server.recallr.users import UserExistsError, find, listed
from versionchain.testing import Clock

KEYS = {"recallr_keys": {"rai_shop": ["shop"]}, "callers_keys": {"callers-acme": "acme"}}


def test_the_defaults():
    """Without keys, both services have one key for a realm of the name of the store's tenant."""
    with MemoryStore(tenant="mine") as store:
        control = control_of(create_app(store))
        assert control.kept.opened_by("recallr", RECALLR_KEY)[0].id == "mine"
        assert control.kept.opened_by("callers", CALLERS_KEY)[0].id == "mine"
        control.recallr.create_user("ada")
        control.recallr.add("ada", "Sails")
        assert [memory.content for memory in store.memories("ada").items] == ["Sails"]
        assert store.verify().ok


def test_a_contact_is_the_user_of_the_same_name(store, seed, shop):
    """What is written into the tenant under a user's first id is the user's."""
    shop.add("grace", "Came before the user")
    seed.create_user("grace")
    assert seed.add("grace", "Sails").contact_id == "grace"
    assert shop.count("grace").memories == 2


class TestSeeding:
    """What can't be seeded, and that nothing changed then."""

    def test_users(self, seed, unchanged):
        """A user that is there, one that can't be, and a project that is not there."""
        with unchanged(), pytest.raises(UserExistsError):
            seed.create_user("ada")
        with unchanged(), pytest.raises(InvalidInputError):
            seed.create_user(" ")
        with unchanged(), pytest.raises(InvalidInputError):
            seed.create_user("grace", metadata={"n": float("nan")})
        with unchanged(), pytest.raises(NotFoundError):
            seed.create_user("grace", project="nowhere")

    def test_memories(self, seed, chain, unchanged):
        """An unknown user, an id that is taken, and connections that can't be."""
        other = seed.add("ada", "Sails")
        seed.create_user("grace")
        theirs = seed.add("grace", "Reads")
        with unchanged(), pytest.raises(NotFoundError):
            seed.add("ghost", "Sails")
        with unchanged(), pytest.raises(DuplicateIdError):
            seed.add("ada", "Sails", id=other.id)
        with unchanged(), pytest.raises(NotFoundError):
            seed.update("00000000-0000-4000-8000-000000000000", "Sails")
        with unchanged(), pytest.raises(NotFoundError):
            seed.connect(other.id, theirs.id)
        with unchanged(), pytest.raises(InvalidInputError):
            seed.connect(chain[0], chain[3])

    def test_organizations(self, control, unchanged):
        """A part of another organization, names of the server's own, and keys no header carries."""
        made = control.callers.create_organization
        with unchanged(), pytest.raises(InvalidInputError):
            made("zeta-eu", key="")
        for key in ("a\nb", "ü", 5):
            with unchanged(), pytest.raises(InvalidInputError):
                made("zeta-eu", key=key)
        for id in (TENANT, TENANT + "/x", "a" * 401, "", " "):
            with unchanged(), pytest.raises(InvalidInputError):
                made(id, key="k")
        with unchanged(), pytest.raises(InvalidInputError):
            made("zeta", key="callers-zeta", sub_organizations=["acme-eu"])
        assert control.kept.realm("callers", "acme-eu").parent == "acme"

    def test_callers_memories(self, control, unchanged):
        """An unknown organization, an unknown memory and an id that is none."""
        seed = control.callers
        with unchanged(), pytest.raises(NotFoundError):
            seed.add("ada", "Bonn", organization="nowhere")
        with unchanged(), pytest.raises(NotFoundError):
            seed.update("0" * 24, "Bonn")
        with unchanged(), pytest.raises(InvalidInputError):
            seed.update("nonsense", "Bonn")
        made = seed.add("ada", "Bonn", id="ab" * 12)
        assert seed.id_of(made) == "ab" * 12
        with unchanged(), pytest.raises(DuplicateIdError):
            seed.add("ada", "Bonn", id="ab" * 12)

    def test_contacts(self, control, acme):
        """A contact gets an id, and a number later; its new memories carry it."""
        contact = control.callers.create_contact()
        assert len(contact) == 24
        assert control.callers.add(contact, "Bonn").metadata["phoneNumber"] is None
        assert control.callers.create_contact(contact, phone_number="+49 1") == contact
        control.callers.create_contact(contact)
        assert control.callers.add(contact, "Kiel").metadata["phoneNumber"] == "+49 1"
        assert control.callers.add(contact, "Rome", phone_number="+39 2").metadata == {
            "name": "Memory",
            "phoneNumber": "+39 2",
            "campaignId": None,
        }

    def test_keys_add_up(self, control, unchanged):
        """A known realm gets another key and more categories; the same again changes nothing."""
        control.recallr.create_project("shop", key="rai_second", categories=["a"])
        realm = control.recallr.create_project("shop", key="rai_shop", categories=["b"])
        assert (realm.keys, realm.categories) == (("rai_shop", "rai_second"), ("a", "b"))
        with unchanged():
            assert control.recallr.create_project("shop", key="rai_shop") == realm


class TestReset:
    """As new, with the keys that the app was made with."""

    def test_everything_goes(self, store, control, seed, chain, shop, acme, recallr):
        """Memories, deleted ones too, users, contacts, projects, and failures that wait."""
        recallr("DELETE", f"/users/ada/memory/{chain[3]}")
        control.callers.add("ada", "Bonn")
        control.recallr.create_project("late", key="rai_late")
        control.recallr.create_user("eve", project="late")
        control.recallr.add("eve", "Listens", project="late")
        elsewhere = store.for_tenant("elsewhere").add("ada", "Stays")
        control.fail_next(3, "500")
        control.reset()
        for tenant in (shop, acme, store.for_tenant("late")):
            counts = tenant.verify().counts
            assert (counts.versions, counts.chains) == (0, 0)
        assert recallr("GET", "/users").json() == {"users": [], "total": 0, "has_more": False}
        assert control.kept.realm("recallr", "late") is None
        assert control.kept.realm("callers", "acme-eu") is None
        assert store.for_tenant("elsewhere").get(elsewhere.id) == elsewhere

    def test_again(self, control, seed, chain):
        """What was there can be made again, with the same ids, as if for the first time."""
        control.reset()
        user = control.recallr.create_user("ada")
        assert user.contact_id == "ada"
        assert control.recallr.add("ada", "v1", id=chain[0]).number == 1
        control.reset()
        control.reset()
        assert control.recallr.create_user("ada").contact_id == "ada"


class TestTheClock:
    """The clock of the store, moved through the server."""

    def test_moved(self, control, seed):
        """What is written afterwards is written later."""
        first = seed.add("ada", "Sails")
        control.advance(timedelta(days=2))
        second = seed.update(first.id, "Reads")
        assert second.created_at - first.created_at == timedelta(days=2, seconds=1)

    def test_the_systems_time(self):
        """The shifted clock goes on by itself, and by what it is moved."""
        clock = ShiftedClock()
        before = clock()
        clock.move(timedelta(hours=1))
        assert timedelta(hours=1) <= clock() - before < timedelta(hours=2)

    def test_not_back(self, control, clock):
        """Time does not go back, and the clock stays."""
        before = clock.now
        with pytest.raises(InvalidInputError):
            control.advance(timedelta(seconds=-1))
        assert clock.now == before

    def test_a_clock_that_cannot_be_moved(self):
        """Without a clock of its own the server says what to give it."""
        with MemoryStore() as store:
            control = control_of(create_app(store))
            with pytest.raises(TransactionError, match="ShiftedClock"):
                control.advance(timedelta(seconds=1))


@pytest.mark.parametrize(
    ("count", "how", "seconds"),
    [
        (-1, "429", 1),
        (1001, "429", 1),
        (True, "429", 1),
        (1, "404", 1),
        (1, None, 1),
        (1, "timeout", -1),
        (1, "timeout", 61),
        (1, "timeout", float("nan")),
    ],
)
def test_failures_that_cannot_be(control, count, how, seconds):
    """They are refused, and nothing fails afterwards."""
    with pytest.raises(InvalidInputError):
        control.fail_next(count, how, seconds=seconds)
    assert len(control.faults) == 0


def test_failures_in_turn(control, recallr):
    """They come one after another, whatever kind, and end."""
    control.fail_next(1, "500")
    control.fail_next(2, "429")
    answers = [recallr("GET", "/users").status_code for _ in range(4)]
    assert answers == [500, 429, 429, 200]


class TestComingBack:
    """What is kept is there after the file was closed and opened again."""

    def test_all_of_it(self, tmp_path):
        """Users with metadata and new names, contacts, organizations, keys, categories."""
        path = tmp_path / "fake.db"
        with MemoryStore.open(path, clock=Clock()) as store:
            control = control_of(create_app(store, **KEYS))
            control.recallr.create_project("late", key="rai_late", categories=["c"])
            control.callers.create_organization("acme", key="second", sub_organizations=["eu"])
            made = control.recallr.create_user("ada", metadata={"plan": "free"})
            control.recallr.add("ada", "Sails")
            control.callers.create_contact("bob", organization="eu", phone_number="+1")
            realms = [set(control.kept.realms(service)) for service in ("recallr", "callers")]
        with MemoryStore.open(path) as store:
            control = control_of(create_app(store, **KEYS))
            assert [set(control.kept.realms(s)) for s in ("recallr", "callers")] == realms
            realm = control.recallr.realm(None)
            assert realm.id == "shop"
            assert find(control.kept.people("recallr", realm), "ada") == made
            assert store.for_tenant("shop").count("ada").memories == 1
            assert (
                control.callers.add("bob", "Hi", organization="eu").metadata["phoneNumber"] == "+1"
            )
            for tenant in (TENANT, "shop", "eu", "versionchain.server/recallr/shop"):
                assert store.for_tenant(tenant).verify().ok

    def test_starting_again_writes_nothing(self, tmp_path):
        """An app on a file that knows its keys adds no revision."""
        path = tmp_path / "fake.db"
        with MemoryStore.open(path) as store:
            create_app(store, **KEYS)
            own = store.for_tenant(TENANT)
            before = len(own.revisions().items)
            create_app(store, **KEYS)
            assert len(own.revisions().items) == before == 2
            assert own.verify().ok


def test_many_users(store, control):
    """More users than a page of the store holds are all listed, the oldest first."""
    people = control.kept.people("recallr", control.recallr.realm(None))
    with people.transaction() as tx:
        for n in range(1100):
            facts = {"contact_id": f"u{n}", "metadata": {}, "merge_conflict_enabled": None}
            tx.add(f"u{n}", f"u{n}", metadata=facts | {"created_at": None})
    assert len(listed(people)) == 1100
