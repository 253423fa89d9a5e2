"""The search for markers: it finds what is there, whole or in part, in files and in memory."""

from contextlib import closing

import pytest
from sortedcontainers import SortedDict

from versionchain import MemoryStore

from .erasure.search import Searcher, in_memory, in_text

MARK = "qWeRtYuIoPaSdFgH"


@pytest.fixture(scope="module")
def searcher():
    with closing(Searcher()) as searcher:
        yield searcher


@pytest.mark.parametrize(
    "data",
    [
        MARK.encode(),
        MARK.encode("utf-16-le"),
        MARK.encode("utf-16-be"),
        b"\x00\xff" + MARK.encode() + b"z",
        f"letters{MARK}letters".encode(),
        MARK[:8].encode(),
        b"..." + MARK[8:].encode(),
        MARK[4:12].encode("utf-16-le"),
        MARK[:9].encode() + b"\x00\x00\x12\x34" + MARK[9:].encode(),
    ],
    ids=repr,
)
def test_a_marker_is_found_in_a_file(data, searcher, tmp_path):
    """In any form, and where half of it is left."""
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "some-wal").write_bytes(data)
    found, digests = searcher.files(tmp_path, [MARK, "another" + MARK[7:][::-1]])
    assert found == {MARK: ["some-wal"]}
    assert "some-wal" in digests


def test_what_is_not_there_is_not_found(searcher, tmp_path):
    """Neither in other text, nor where less than half is left."""
    (tmp_path / "agent.db").write_bytes(MARK[:7].encode() + b" " + MARK.lower().encode())
    assert searcher.files(tmp_path, [MARK])[0] == {}


def test_other_bytes_have_another_digest(searcher, tmp_path):
    """So that a change of a file is seen."""
    file = tmp_path / "agent.db"
    seen = []
    for data in (b"one", b"two", b"one"):
        file.write_bytes(data)
        seen.append(searcher.files(tmp_path, [])[1])
    assert seen[0] == seen[2] != seen[1]


class Slotted:
    """Holds something, and not in a dict."""

    __slots__ = ("held",)

    def __init__(self, held):
        self.held = held


def closure(held):
    return lambda: held


def argument(held):
    def function(given=held):
        return given

    return function


@pytest.mark.parametrize(
    "held",
    [
        [MARK],
        {MARK: 1},
        {1: {MARK}},
        SortedDict({MARK: 1}),
        Slotted((MARK.encode(),)),
        closure(f"x {MARK}"),
        argument(MARK[4:12]),
    ],
    ids=lambda held: type(held).__name__,
)
def test_a_marker_is_found_in_memory(held):
    """Whatever holds it."""
    assert in_memory([{"deep": held}], [MARK]) == {MARK}


def test_a_store_holds_what_was_written_to_it_and_no_code_that_is_about():
    """The walk ends at the store's own things."""
    store = MemoryStore()
    store.add(f"contact {MARK}", "text")
    assert in_memory(store, [MARK, "NotInTheStoreYet"]) == {MARK}


def test_a_text_is_searched_for_halves():
    """As a dump is."""
    assert in_text(f"... {MARK[3:11]} ...", [MARK]) == {MARK}
    assert in_text(f"... {MARK[3:10]} ...", [MARK]) == set()
