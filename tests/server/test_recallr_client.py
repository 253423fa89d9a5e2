"""The client of PyPI, as it is, walks through the fake and gets what its source promises."""

from datetime import UTC, datetime, timedelta

import pytest
from recallrai import exceptions
from recallrai.models import UserMemoriesList, UserMemoryItem

MISSING = "00000000-0000-4000-8000-000000000000"


def numbers(user, do):
    """The texts and wire numbers of a user's first memory, oldest first, and how many there are."""
    items = do(user.list_memories()).items
    if not items:
        return []
    item = items[0]
    older = [(each.version_number, each.content) for each in reversed(item.previous_versions)]
    assert item.total_versions == len(older) + 1
    return [*older, (item.version_number, item.content)]


class TestUsers:
    """What a client does with users."""

    def test_created_and_read(self, client, do):
        """A user is created, read again, and equal."""
        made = do(client.create_user("ada", {"plan": "free"}))
        read = do(client.get_user("ada"))
        assert (made.user_id, made.metadata, made.merge_conflict_enabled) == (
            "ada",
            {"plan": "free"},
            None,
        )
        assert read._user_data == made._user_data
        assert made.created_at == made.last_active_at
        assert made.created_at.tzinfo is not None

    def test_a_user_without_metadata(self, client, do):
        """The two clients leave metadata out in two ways, and both get an empty dict."""
        assert do(client.create_user("ada")).metadata == {}

    def test_changed(self, client, do):
        """New metadata replaces the old whole, and what is left out stays."""
        user = do(client.create_user("ada", {"plan": "free", "age": 9}, True))
        made = user.created_at
        do(user.update(new_metadata={"plan": "paid"}))
        assert (user.user_id, user.metadata) == ("ada", {"plan": "paid"})
        assert user.merge_conflict_enabled is True
        assert user.last_active_at > made
        do(user.update(merge_conflict_enabled=False))
        do(user.refresh())
        assert user.merge_conflict_enabled is False
        assert user.metadata == {"plan": "paid"}
        assert user.created_at == made

    def test_an_empty_change(self, client, do, unchanged):
        """A change of nothing is answered, and changes nothing."""
        user = do(client.create_user("ada", {"plan": "free"}))
        before = user._user_data
        with unchanged():
            do(user.update())
        assert user._user_data == before

    def test_renamed(self, client, do, seed):
        """Memories follow a user to a new id, and the old id is nobody's."""
        memory = seed.add("ada", "Sails")
        user = do(client.get_user("ada"))
        made = user.created_at
        do(user.update(new_user_id="lovelace"))
        assert user.user_id == "lovelace"
        do(user.refresh())
        assert user.created_at == made
        assert [item.memory_id for item in do(user.list_memories()).items] == [memory.id]
        with pytest.raises(exceptions.UserNotFoundError):
            do(client.get_user("ada"))
        seed.update(memory.id, "Sails no more")
        assert numbers(user, do) == [(1, "Sails"), (2, "Sails no more")]

    def test_an_old_name_is_a_new_user(self, client, do, seed):
        """Who takes a name that somebody had before finds none of their memories."""
        seed.add("ada", "Sails")
        first = do(client.get_user("ada"))
        do(first.update(new_user_id="lovelace"))
        second = do(client.create_user("ada"))
        assert do(second.list_memories()).items == []
        seed.add("ada", "Reads")
        assert numbers(second, do) == [(1, "Reads")]
        assert numbers(first, do) == [(1, "Sails")]
        do(first.delete())
        assert numbers(second, do) == [(1, "Reads")]

    def test_listed(self, client, do):
        """Users come in pages, the oldest first, with how many there are."""
        for n in range(5):
            do(client.create_user(f"u{n}", {"even": n % 2 == 0, "n": n}))
        page = do(client.list_users(offset=1, limit=3))
        assert [user.user_id for user in page.users] == ["u1", "u2", "u3"]
        assert (page.total, page.has_more) == (5, True)
        page = do(client.list_users(offset=2, limit=3))
        assert (len(page.users), page.total, page.has_more) == (3, 5, False)
        page = do(client.list_users(metadata_filter={"even": True, "n": 4}))
        assert [user.user_id for user in page.users] == ["u4"]
        assert (page.total, page.has_more) == (1, False)
        assert do(client.list_users(metadata_filter={"even": 1})).total == 0
        do(page.users[0].refresh())

    def test_deleted(self, client, do, seed, shop):
        """A user goes with all memories, and another one of the same name starts afresh."""
        seed.add("ada", "Sails")
        user = do(client.get_user("ada"))
        assert do(user.delete()) is None
        with pytest.raises(exceptions.UserNotFoundError):
            do(user.refresh())
        assert shop.count("ada").deleted == 1
        again = do(client.create_user("ada"))
        assert do(again.list_memories()).total == 0


class TestMemories:
    """What a client reads of memories."""

    def test_an_item(self, client, do, seed):
        """Every field of the client's model, for the latest of two versions."""
        start, end = datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)
        first = seed.add(
            "ada",
            "Lives in Bonn",
            categories=["place", "home"],
            session_id="monday",
            event_date_start=start,
            event_date_end=end,
        )
        second = seed.update(first.id, "Lives in Kiel", session_id="tuesday", event_date_end=None)
        friend = seed.add("ada", "Has a friend in Kiel")
        seed.connect(first.id, friend.id)
        item = do(do(client.get_user("ada")).get_memory(second.id))
        assert isinstance(item, UserMemoryItem)
        assert item.model_dump() == {
            "memory_id": second.id,
            "categories": ["place", "home"],
            "content": "Lives in Kiel",
            "event_date_start": start,
            "event_date_end": start,
            "created_at": second.created_at,
            "version_number": 2,
            "total_versions": 2,
            "has_previous_versions": True,
            "previous_versions": [
                {
                    "memory_id": first.id,
                    "version_number": 1,
                    "content": "Lives in Bonn",
                    "event_date_start": start,
                    "event_date_end": end,
                    "created_at": first.created_at,
                    "expired_at": second.created_at,
                    "expiration_reason": "NEW_VERSION",
                    "merge_conflict_id": None,
                }
            ],
            "connected_memories": [{"memory_id": friend.id, "content": "Has a friend in Kiel"}],
            "merge_conflict_in_progress": False,
            "merge_conflict_id": None,
            "expired_at": None,
            "expiration_reason": None,
            "session_id": "tuesday",
        }

    def test_an_older_version(self, client, do, seed, chain):
        """An older version's id answers that version, its ancestors, and the chain's total."""
        friend = seed.add("ada", "Has a friend")
        seed.connect(friend.id, chain[0])
        item = do(do(client.get_user("ada")).get_memory(chain[2]))
        assert (item.memory_id, item.content) == (chain[2], "v3")
        assert (item.version_number, item.total_versions) == (3, 4)
        assert item.expired_at - item.created_at == timedelta(seconds=1)
        assert item.expiration_reason == "NEW_VERSION"
        assert [each.memory_id for each in item.previous_versions] == [chain[1], chain[0]]
        assert item.connected_memories == []

    def test_the_oldest_version(self, client, do, chain):
        """It has no ancestors, and says as the client documents that there are several versions."""
        item = do(do(client.get_user("ada")).get_memory(chain[0]))
        assert item.previous_versions == []
        assert (item.has_previous_versions, item.total_versions) == (True, 4)

    def test_left_out(self, client, do, chain):
        """What was not asked for is null, and what is counted stays."""
        user = do(client.get_user("ada"))
        asked = {"include_previous_versions": False, "include_connected_memories": False}
        listed = do(user.list_memories(**asked)).items[0]
        for item in (listed, do(user.get_memory(chain[3], **asked))):
            assert item.previous_versions is None
            assert item.connected_memories is None
            assert (item.version_number, item.total_versions) == (4, 4)

    def test_what_a_memory_lacks(self, client, do, seed):
        """Without session and event the client still gets what its model requires."""
        memory = seed.add("ada", "Sails")
        item = do(do(client.get_user("ada")).get_memory(memory.id))
        assert item.session_id == ""
        assert item.event_date_start == item.event_date_end == memory.created_at
        assert item.connected_memories == item.previous_versions == []

    def test_listed(self, client, do, seed, chain):
        """Chains are counted, not versions; pages are the newest first."""
        for n in range(4):
            seed.add("ada", f"m{n}")
        user = do(client.get_user("ada"))
        page = do(user.list_memories(offset=1, limit=2))
        assert isinstance(page, UserMemoriesList)
        assert [item.content for item in page.items] == ["m2", "m1"]
        assert (page.total, page.has_more) == (5, True)
        page = do(user.list_memories(offset=3, limit=2))
        assert [item.content for item in page.items] == ["m0", "v4"]
        assert (page.total, page.has_more) == (5, False)

    def test_filtered(self, client, do, seed):
        """By any of the categories, any of the sessions, and a session's metadata."""
        seed.add("ada", "Tea", categories=["taste"], session_id="a", metadata={"mood": 1})
        seed.add("ada", "Bonn", categories=["place"], session_id="b", metadata={"mood": 2})
        seed.add("ada", "Kiel", categories=["place"], session_id="c", metadata={"mood": True})
        user = do(client.get_user("ada"))

        def found(**filters):
            page = do(user.list_memories(**filters))
            assert page.total == len(page.items)
            return [item.content for item in page.items]

        assert found(categories=["place"]) == ["Kiel", "Bonn"]
        assert found(categories=["place", "taste"]) == ["Kiel", "Bonn", "Tea"]
        assert found(session_id_filter=["a", "c"]) == ["Kiel", "Tea"]
        assert found(session_metadata_filter={"mood": 1}) == ["Tea"]
        assert found(categories=["taste"], session_id_filter=["b"]) == []

    def test_connections_both_ways(self, client, do, seed):
        """A connection is shown from both sides, once, as the other's latest version."""
        tea, cup = seed.add("ada", "Tea"), seed.add("ada", "Cup")
        seed.connect(tea.id, cup.id)
        seed.connect(cup.id, tea.id)
        mug = seed.update(cup.id, "Mug")
        user = do(client.get_user("ada"))
        shown = do(user.get_memory(tea.id)).connected_memories
        assert [(each.memory_id, each.content) for each in shown] == [(mug.id, "Mug")]
        shown = do(user.get_memory(mug.id)).connected_memories
        assert [each.content for each in shown] == ["Tea"]


class TestDeleting:
    """Both modes, as the document has them: recallrai-delete-memory, "Examples"."""

    @pytest.mark.parametrize(
        ("number", "previous", "left"),
        [
            (4, False, ["v1", "v2", "v3"]),
            (2, False, ["v1", "v3", "v4"]),
            (2, True, ["v3", "v4"]),
            (1, False, ["v2", "v3", "v4"]),
            (1, True, ["v2", "v3", "v4"]),
            (4, True, []),
        ],
    )
    def test_the_documents_examples(self, client, do, chain, number, previous, left):
        """v1 ← v2 ← v3 ← v4: what is left of it has dense numbers from 1."""
        user = do(client.get_user("ada"))
        asked = {"delete_previous_versions": True} if previous else {}
        assert do(user.delete_memory(chain[number - 1], **asked)) is None
        assert numbers(user, do) == list(enumerate(left, start=1))

    def test_a_resurrected_version(self, client, do, seed, chain):
        """It is as if it had never expired, and connections are its own again."""
        friend = seed.add("ada", "Has a friend")
        seed.connect(friend.id, chain[0])
        user = do(client.get_user("ada"))
        assert do(user.get_memory(chain[2])).expired_at is not None
        do(user.delete_memory(chain[3]))
        item = do(user.get_memory(chain[2]))
        assert (item.expired_at, item.expiration_reason) == (None, None)
        assert [each.content for each in item.connected_memories] == ["Has a friend"]

    def test_an_orphan(self, client, do, chain):
        """The version after the cut is the first one, and has nothing before it."""
        user = do(client.get_user("ada"))
        do(user.delete_memory(chain[2], delete_previous_versions=True))
        item = do(user.get_memory(chain[3]))
        assert (item.version_number, item.total_versions) == (1, 1)
        assert (item.has_previous_versions, item.previous_versions) == (False, [])

    def test_a_relinked_version(self, client, do, shop, chain):
        """The version before the cut expires when the one after it was made."""
        user = do(client.get_user("ada"))
        do(user.delete_memory(chain[1]))
        item = do(user.get_memory(chain[0]))
        assert item.expired_at == shop.get(chain[2]).created_at

    def test_a_retry(self, client, do, chain, unchanged):
        """A second deletion is a 404, and eats nothing that the first one resurrected."""
        user = do(client.get_user("ada"))
        do(user.delete_memory(chain[3]))
        with unchanged(), pytest.raises(exceptions.RecallrAIError) as caught:
            do(user.delete_memory(chain[3]))
        assert (caught.value.http_status, caught.value.message) == (
            404,
            f"Memory {chain[3]} not found",
        )
        assert [text for _, text in numbers(user, do)] == ["v1", "v2", "v3"]


class TestErrors:
    """Each failure as the exception that the client's source promises; and nothing changed."""

    @pytest.mark.parametrize(
        ("key", "project"),
        [("rai_wrong", "shop"), ("rai_other", "shop"), ("rai_shop", "nowhere"), ("rai_shop", "")],
    )
    def test_authentication(self, dial, do, unchanged, key, project):
        """A key that is unknown, and one that does not open the project."""
        stranger = dial(key, project)
        with unchanged(), pytest.raises(exceptions.AuthenticationError) as caught:
            do(stranger.create_user("ada"))
        assert caught.value.http_status == 401

    def test_a_user_that_is_not_there(self, client, do, unchanged):
        """Every call about a user says so."""
        user = do(client.create_user("ghost"))
        do(user.delete())
        calls = [
            lambda: client.get_user("ghost"),
            user.refresh,
            lambda: user.update(new_metadata={"a": 1}),
            user.delete,
            user.list_memories,
        ]
        for call in calls:
            with unchanged(), pytest.raises(exceptions.UserNotFoundError) as caught:
                do(call())
            assert (caught.value.http_status, caught.value.message) == (404, "User ghost not found")
        for call in (user.get_memory, user.delete_memory):
            with unchanged(), pytest.raises(exceptions.RecallrAIError) as caught:
                do(call(MISSING))
            assert (caught.value.http_status, caught.value.message) == (404, "User ghost not found")

    def test_a_user_that_is_there(self, client, do, unchanged):
        """An id that another user has can be taken neither by a new user nor by an old one."""
        do(client.create_user("ada"))
        grace = do(client.create_user("grace"))
        for call in (
            lambda: client.create_user("ada", {"a": 1}),
            lambda: grace.update(new_user_id="ada"),
        ):
            with unchanged(), pytest.raises(exceptions.UserAlreadyExistsError) as caught:
                do(call())
            assert caught.value.http_status == 409
            assert caught.value.message == "User with ID ada already exists"
        assert grace.user_id == "grace"

    def test_memories_of_others(self, client, dial, do, control, chain, unchanged):
        """Another user's, another project's, an unknown and a chain's id all read alike."""
        control.recallr.create_user("grace")
        control.recallr.create_user("ada", project="other")
        theirs = control.recallr.add("grace", "Sails")
        abroad = control.recallr.add("ada", "Reads", project="other")
        user = do(client.get_user("ada"))
        for id in (theirs.id, abroad.id, theirs.chain_id, MISSING):
            for call in (user.get_memory, user.delete_memory):
                with unchanged(), pytest.raises(exceptions.RecallrAIError) as caught:
                    do(call(id))
                assert type(caught.value) is exceptions.RecallrAIError
                assert (caught.value.http_status, caught.value.message) == (
                    404,
                    f"Memory {id} not found",
                )
        other = do(dial("rai_other", "other").get_user("ada"))
        assert [item.content for item in do(other.list_memories()).items] == ["Reads"]

    def test_unknown_categories(self, client, do, control, chain):
        """The exception holds which categories the project does not know."""
        control.recallr.create_project("shop", key="rai_shop", categories=["declared"])
        control.recallr.create_user("grace")
        control.recallr.add("grace", "Sails", categories=["sport"])
        user = do(client.get_user("ada"))
        assert do(user.list_memories(categories=["sport", "declared"])).total == 0
        with pytest.raises(exceptions.InvalidCategoriesError) as caught:
            do(user.list_memories(categories=["x", "place", " ", "sport", "y"]))
        assert caught.value.http_status == 400
        assert caught.value.invalid_categories == ["x", " ", "y"]

    def test_what_does_not_fit(self, client, do, seed, unchanged):
        """A malformed id and a limit out of bounds."""
        user = do(client.get_user("ada"))
        for call in (
            lambda: user.get_memory("not-a-uuid"),
            lambda: user.delete_memory("not-a-uuid"),
            lambda: user.list_memories(limit=0),
            lambda: user.list_memories(limit=201),
            lambda: user.list_memories(offset=-1),
            lambda: user.list_memories(session_metadata_filter={"n": 1 << 70}),
            lambda: client.list_users(limit=0),
            lambda: client.create_user(" "),
            lambda: client.create_user("big", {"text": "x" * 70_000}),
            lambda: user.update(new_user_id="\0"),
            lambda: user.update(new_metadata={"text": "x" * 70_000}),
        ):
            with unchanged(), pytest.raises(exceptions.ValidationError) as caught:
                do(call())
            assert caught.value.http_status == 422

    @pytest.mark.parametrize(
        ("how", "error", "status"),
        [
            ("429", exceptions.RateLimitError, 429),
            ("500", exceptions.InternalServerError, 500),
        ],
    )
    def test_failures_on_purpose(self, client, do, control, unchanged, how, error, status):
        """The next two requests fail without having been looked at, and the third does not."""
        control.fail_next(2, how)
        for _ in range(2):
            with unchanged(), pytest.raises(error) as caught:
                do(client.create_user("ada"))
            assert caught.value.http_status == status
        assert do(client.create_user("ada")).user_id == "ada"

    def test_a_timeout(self, dial, do, control, unchanged):
        """The client gives up by itself, and the next request is answered."""
        control.fail_next(1, "timeout", seconds=30)
        with unchanged(), pytest.raises(exceptions.TimeoutError) as caught:
            do(dial(timeout=1.0).create_user("ada"))
        assert caught.value.http_status == 0
        assert do(dial().create_user("ada")).user_id == "ada"

    def test_a_patient_client(self, client, do, control, unchanged):
        """A time-out that the client waits out is a 504."""
        control.fail_next(1, "timeout", seconds=0)
        with unchanged(), pytest.raises(exceptions.RecallrAIError) as caught:
            do(client.create_user("ada"))
        assert caught.value.http_status == 504

    def test_what_the_fake_lacks(self, client, do, seed, unchanged):
        """Sessions, messages and merge conflicts say that they are not covered."""
        user = do(client.get_user("ada"))
        for call in (user.create_session, user.list_sessions, user.list_merge_conflicts):
            with unchanged(), pytest.raises(exceptions.RecallrAIError) as caught:
                do(call())
            assert caught.value.http_status == 501
