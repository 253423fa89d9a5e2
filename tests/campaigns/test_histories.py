"""The checker of histories: what has an order is accepted, what has none is not.

The histories are written by hand: a call a line, with client, start, end, whether it was kept, and
each step with its answer. Chain 0 starts with the versions 0, 1, 2, chain 1 with 3, 4, 5, all of
revision 1. Clients name what they write.
"""

import pytest

from .histories.check import about, check, linearizable, parsed, written
from .histories.model import first

ACCEPTED = {
    "one after another": """
        (0, 0, 1, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 2, 3, True, ((("latest", 0, None), (101, 4, 2, 2, None, None)),)),
    """,
    "a read during an update sees what was": """
        (0, 0, 9, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 2, 3, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),)),
    """,
    "a read during an update sees what will be": """
        (0, 0, 9, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 2, 3, True, ((("latest", 0, None), (101, 4, 2, 2, None, None)),)),
    """,
    "the second of two updates is stale, though it began first": """
        (0, 0, 9, True, ((("update", 0, 2, 101), ("StaleVersionError", 201)),)),
        (1, 1, 8, True, ((("update", 0, 2, 201), (2, 4, 2)),)),
    """,
    "calls that touch in time": """
        (0, 0, 5, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 5, 6, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),)),
    """,
    "a deletion from the middle and its restoration": """
        (0, 0, 1, True, ((("delete", 0, 1, False, None), (2, 1, 0, "RELINKED", 0, 2, 2)),)),
        (1, 2, 3, True, ((("history", 0, False),
            ((0, 1, 1, None, 2, None), (2, 3, 1, 0, None, None))),)),
        (0, 4, 5, True, ((("restore", 0, 2), (3, 1, 0)),)),
        (1, 6, 7, True, ((("get", 0, 1), (1, 2, 1, 0, 2, None)),)),
    """,
    "a number is not used again": """
        (0, 0, 1, True, ((("delete", 0, 2, False, 2), (2, 1, 0, "RESURRECTED", 1, None, 1)),)),
        (0, 2, 3, True, ((("update", 0, 1, 101), (3, 4, 1)),)),
        (1, 4, 5, True, ((("count",), (2, 6, 1)), )),
    """,
    "an ended memory": """
        (0, 0, 1, True, ((("delete", 0, 2, True, None), (2, 3, 1, "ENDED", None, None, None)),)),
        (1, 2, 3, True, ((("memories",), ((1, 5, 3, 1),)),)),
        (1, 4, 5, True, ((("latest", 0, None), ("NotFoundError",)),)),
        (1, 6, 7, True, ((("revisions", 0), (1, 2)),)),
    """,
    "an undone block shows itself what it wrote": """
        (0, 0, 9, False, ((("update", 0, 2, 101), (2, 4, 2)),
            (("latest", 0, None), (101, 4, 2, 2, None, None)))),
        (1, 2, 3, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),)),
        (1, 10, 11, True, ((("update", 0, 2, 201), (2, 4, 2)),)),
    """,
    "two blocks that read both and write one, one after the other": """
        (0, 0, 9, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),
            (("latest", 1, None), (5, 3, 1, 4, None, None)), (("update", 0, 2, 101), (2, 4, 2)))),
        (1, 1, 8, True, ((("latest", 1, None), (5, 3, 1, 4, None, None)),
            (("latest", 0, None), (101, 4, 2, 2, None, None)), (("update", 1, 5, 201), (3, 4, 5)))),
    """,
}

REJECTED = {
    "a stale read": """
        (0, 0, 1, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 2, 3, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),)),
    """,
    "a read that goes back": """
        (0, 0, 9, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 1, 2, True, ((("latest", 0, None), (101, 4, 2, 2, None, None)),)),
        (1, 3, 4, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),)),
    """,
    "two readers that see two updates in two orders": """
        (0, 0, 9, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 0, 9, True, ((("update", 1, 5, 201), (3, 4, 5)),)),
        (2, 1, 2, True, ((("latest", 0, None), (101, 4, 2, 2, None, None)),)),
        (2, 3, 4, True, ((("latest", 1, None), (5, 3, 1, 4, None, None)),)),
        (3, 1, 2, True, ((("latest", 1, None), (201, 4, 3, 5, None, None)),)),
        (3, 3, 4, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),)),
    """,
    "a lost update": """
        (0, 0, 9, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 0, 9, True, ((("update", 0, 2, 201), (3, 5, 2)),)),
    """,
    "a lost update that was seen by nobody": """
        (0, 0, 1, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 2, 3, True, ((("history", 0, True), ((0, 1, 1, None, 1, None),
            (1, 2, 1, 0, 2, None), (2, 3, 1, 1, None, None))),)),
    """,
    "write skew": """
        (0, 0, 9, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),
            (("latest", 1, None), (5, 3, 1, 4, None, None)), (("update", 0, 2, 101), (2, 4, 2)))),
        (1, 1, 8, True, ((("latest", 1, None), (5, 3, 1, 4, None, None)),
            (("latest", 0, None), (2, 3, 1, 1, None, None)), (("update", 1, 5, 201), (3, 4, 5)))),
    """,
    "a dirty read": """
        (0, 0, 9, False, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 2, 3, True, ((("latest", 0, None), (101, 4, 2, 2, None, None)),)),
    """,
    "half of a block": """
        (0, 0, 9, True, ((("update", 0, 2, 101), (2, 4, 2)), (("update", 1, 5, 102), (2, 4, 5)))),
        (1, 1, 2, True, ((("memories",), ((0, 101, 4, 2), (1, 5, 3, 1))),)),
    """,
    "a listing in the wrong order": """
        (0, 0, 1, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 2, 3, True, ((("memories",), ((1, 5, 3, 1), (0, 101, 4, 2))),)),
    """,
    "a feed that misses a revision": """
        (0, 0, 1, True, ((("update", 0, 2, 101), (2, 4, 2)),)),
        (1, 0, 1, True, ((("update", 1, 5, 201), (3, 4, 5)),)),
        (2, 2, 3, True, ((("revisions", 1), (3,)),)),
    """,
    "a retried deletion that eats the resurrected": """
        (0, 0, 1, True, ((("delete", 0, 2, False, None), (2, 1, 0, "RESURRECTED", 1, None, 1)),)),
        (0, 2, 3, True, ((("delete", 0, 2, False, None), (3, 1, 0, "RESURRECTED", 0, None, 0)),)),
    """,
    "a neighbour that was deleted before": """
        (0, 0, 1, True, ((("delete", 0, 1, False, None), (2, 1, 0, "RELINKED", 0, 2, 2)),)),
        (1, 2, 3, True, ((("latest", 0, None), (2, 3, 1, 1, None, None)),)),
    """,
}

WHOLE_STORE_ALONE = {
    "half of a block",
    "a listing in the wrong order",
    "a feed that misses a revision",
    "write skew",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_has_an_order_is_accepted(name):
    """For each chain, and for all together."""
    verdict, about = check(parsed(ACCEPTED[name]), first(2))
    assert (verdict.holds, about) == (True, "")


@pytest.mark.parametrize("name", REJECTED)
def test_what_has_no_order_is_rejected(name):
    """Where no chain by itself shows it, the whole store does."""
    verdict, about = check(parsed(REJECTED[name]), first(2))
    assert verdict.holds is False
    assert (about == "the whole store") is (name in WHOLE_STORE_ALONE)


def test_the_order_of_one_client_is_kept():
    """The same calls in the other order of one client: one has an order, the other has none."""
    calls = parsed(REJECTED["a stale read"])
    turned = [calls[0]._replace(start=4, end=5), calls[1]]
    assert linearizable(calls, first(2)).holds is False
    assert linearizable(turned, first(2)).holds is True


def test_many_calls_at_once_are_decided():
    """Sixteen reads that overlap an update, half of which saw it, take few states."""
    (update, new), (_, old) = parsed(REJECTED["a stale read"]), parsed(REJECTED["a stale read"])
    new = new._replace(steps=((("latest", 0, None), (101, 4, 2, 2, None, None)),))
    reads = [each._replace(client=n, start=0, end=9) for n in range(8) for each in (old, new)]
    verdict = linearizable([update._replace(start=0, end=9), *reads], first(2))
    assert verdict.holds is True
    assert verdict.states < 1000


def test_a_search_that_is_too_long_is_given_up():
    """It says neither yes nor no."""
    _, stale = parsed(REJECTED["a stale read"])
    reads = [stale._replace(client=n, start=0, end=9) for n in range(16)]
    impossible = stale._replace(start=0, end=9, steps=((("count",), (9, 9, 9)),))
    verdict = linearizable([*reads, impossible], first(2), most=500)
    assert verdict.holds is None
    assert verdict.states <= 500 + len(reads)


def test_a_history_is_read_again_from_its_text():
    """So a finding can be checked again."""
    for text in (*ACCEPTED.values(), *REJECTED.values()):
        history = sorted(parsed(text), key=lambda operation: operation.start)
        assert parsed(written(history)) == history


def test_a_block_concerns_a_chain_by_the_steps_about_it():
    """With the number of its revision, which the chain alone doesn't tell."""
    half = parsed(REJECTED["half of a block"])
    assert [(each.steps, each.stamp) for each in about(half, 1)] == [
        (((("update", 1, 5, 102), (2, 4, 5)),), 2),
        (((("listed", 1), (1, 5, 3, 1)),), 0),
    ]
