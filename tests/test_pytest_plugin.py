"""The fixtures that the package brings to other people's test suites."""

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def suite(pytester):
    """A test suite of somebody else's, with the plugin loaded once."""
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    return pytester


def run(suite, *tests: str):
    """Runs tests in a process of their own, as their owner would."""
    suite.makepyfile("\n\n".join(tests))
    return suite.runpytest_subprocess("-q", "-rA")


def test_a_store_is_fresh_and_repeatable(suite):
    """Each test has a store of its own, with the same ids and times in every run."""
    result = run(
        suite,
        """
        import pytest

        @pytest.mark.parametrize("run", [1, 2])
        def test_one(memory_store, run):
            made = memory_store.add("ada", "Prefers tea")
            assert (made.number, made.revision) == (1, 1)
            assert str(made.created_at) == "2026-01-01 12:00:00+00:00"
            assert made.id == "ID"
        """.replace("ID", _first_id()),
    )
    result.assert_outcomes(passed=2)


def _first_id() -> str:
    from versionchain import MemoryStore
    from versionchain.testing import Ids

    return MemoryStore(ids=Ids()).add("ada", "Prefers tea").id


def test_a_factory_makes_as_many_as_a_test_needs(suite):
    """Stores with options of their own, in memory and in a file, all closed after the test."""
    result = run(
        suite,
        """
        import pytest
        from versionchain import StoreClosedError

        made = []

        def test_many(memory_store_factory, sqlite_memory_store, tmp_path):
            made.extend([memory_store_factory(tenant="acme"), sqlite_memory_store])
            made.append(memory_store_factory(path=tmp_path / "mine.db", actor="me"))
            assert [store.tenant for store in made] == ["acme", "default", "default"]
            assert len({store.add("ada", "x").id for store in made}) == 3
            assert (tmp_path / "mine.db").exists() and (tmp_path / "memory.db").exists()

        def test_closed():
            for store in made:
                with pytest.raises(StoreClosedError):
                    store.count("ada")
        """,
    )
    result.assert_outcomes(passed=2)


def test_a_failed_test_shows_its_chains(suite):
    """The report of a failed test draws each store that it used."""
    result = run(
        suite,
        """
        def test_fails(memory_store):
            bonn = memory_store.add("ada", "in Bonn")
            memory_store.delete(memory_store.update(bonn.id, "in Kiel").id)
            memory_store.delete_memory(memory_store.add("grace", "x" * 99).id)
            assert False

        def test_passes(memory_store):
            memory_store.add("zoe", "unseen")
        """,
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*memory store 1*",
            "ada: v1 'in Bonn' ← ?v2 'in Kiel', deleted by 3?",
            "grace: ?v1 'xxxxxxxx*…', deleted by 5?",
        ]
    )
    result.stdout.no_fnmatch_line("*unseen*")


def test_a_run_that_asks_for_nothing_imports_no_extra(suite):
    """Loading the plugin loads the base package alone, and no extra."""
    result = run(
        suite,
        """
        import sys

        def test_nothing():
            loaded = {name for name in sys.modules if name.startswith("versionchain.")}
            assert not {"versionchain.testing", "versionchain.backends.sqlite"} & loaded
            assert not any(name.startswith("versionchain.server") for name in loaded)
        """,
    )
    result.assert_outcomes(passed=1)


def test_the_fakes_are_started_once_and_empty_for_each_test(suite):
    """Both services on one port: what a test made is gone in the next."""
    result = run(
        suite,
        """
        import httpx
        import pytest

        urls = set()

        @pytest.mark.parametrize("run", [1, 2])
        def test_recallr(recallrai_server, run):
            urls.add(recallrai_server.url)
            head = {
                "X-Recallr-Api-Key": recallrai_server.key,
                "X-Recallr-Project-Id": recallrai_server.tenant,
            }
            users = recallrai_server.url + "/api/v1/users"
            assert httpx.get(users, headers=head).json()["total"] == 0
            recallrai_server.control.recallr.create_user("ada")
            made = recallrai_server.control.recallr.add("ada", "Lives in Bonn")
            seen = httpx.get(f"{users}/ada/memory/{made.id}", headers=head)
            assert seen.json()["content"] == "Lives in Bonn"
            assert recallrai_server.store.get(made.id).content == "Lives in Bonn"

        def test_callers(callers_server):
            urls.add(callers_server.url)
            contact = callers_server.control.callers.create_contact()
            memories = f"{callers_server.url}/contacts/{contact}/memories"
            head = {"Authorization": callers_server.key}
            assert httpx.get(memories, headers=head).json() == {"status": "success", "data": []}
            assert len(urls) == 1
        """,
    )
    result.assert_outcomes(passed=3)
