"""Hypothesis strategies for what may come into a store.

May live here: valid values, ugly ones with preference. May not be known here: any store.

Every value here is accepted by every backend, and comes back as it went in.
"""

from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import strategies as st

from ..model import NewMemory

UGLY: Final = (
    "ada",
    "Ada",
    " ada ",
    "'; DROP TABLE versions; --",
    '"quoted" \\ back\\slash %_?*[a]',
    "e\u0301",  # decomposed: not equal to the next one
    "\u00e9",
    "\U0001f469\u200d\U0001f680",
    "\u202eright to left",
    "\ufeffmark\ufffe\uffff",
    "\ue000\U0010ffff",
    "tab\tline\nreturn\r\x01\x7f\x85",
    "null",
    "0",
    "x" * 512,
)
"""Valid texts that code is known to stumble over."""

_characters = st.characters(codec="utf-8", exclude_characters="\0")


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """Texts that are not blank, of at most `max_size` characters: any Unicode that may come in.

    Example:
        >>> from hypothesis import given
        >>> from versionchain import MemoryStore
        >>> @given(texts())
        ... def test_any_text_comes_back(text):
        ...     assert MemoryStore().add(text, text).content == text
        >>> test_any_text_comes_back()
    """
    ugly = st.sampled_from([text for text in UGLY if len(text) <= max_size])
    free = st.text(_characters, min_size=1, max_size=max_size)
    return ugly | free.filter(lambda text: not text.isspace())


def contact_ids() -> st.SearchStrategy[str]:
    """Contact ids, up to the longest."""
    return texts() | st.sampled_from(UGLY)


def contents() -> st.SearchStrategy[str]:
    """Contents; most are short."""
    return texts(80)


def categories() -> st.SearchStrategy[list[str]]:
    """Lists of categories; some name one twice."""
    few = st.sampled_from(["taste", "place", "Taste", "e\u0301", "\u00e9"])
    return st.lists(few | texts(12), max_size=4)


def json_values(max_leaves: int = 6) -> st.SearchStrategy[Any]:
    """JSON values: each kind, nested."""
    whole = st.integers(-(1 << 63), (1 << 63) - 1)
    broken = st.floats(allow_nan=False, allow_infinity=False)
    known: st.SearchStrategy[Any] = st.sampled_from(
        [0, 0.0, -0.0, 1, 1.0, True, False, None, "", "1", [], {}]
    )
    leaves = known | whole | broken | st.text(_characters, max_size=12)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys(), inner, max_size=3),
        max_leaves=max_leaves,
    )


def metadata() -> st.SearchStrategy[dict[str, Any] | None]:
    """Metadata: None, or a dict of JSON values."""
    return st.none() | st.dictionaries(_keys(), json_values(), max_size=4)


def moments() -> st.SearchStrategy[datetime]:
    """Aware datetimes in UTC, of any year."""
    return st.datetimes(timezones=st.just(UTC))


def new_memories(
    contacts: st.SearchStrategy[str] | None = None,
) -> st.SearchStrategy[NewMemory]:
    """`NewMemory` records that `add_many` takes, without ids of their own.

    Args:
        contacts: whom they are about; None: anybody.
    """
    return st.builds(
        _new_memory,
        contact_ids() if contacts is None else contacts,
        contents(),
        categories(),
        metadata(),
        st.none() | texts(12),
        st.none() | st.tuples(moments(), moments()),
    )


def _new_memory(
    contact_id: str,
    content: str,
    labels: list[str],
    data: dict[str, Any] | None,
    session_id: str | None,
    event: tuple[datetime, datetime] | None,
) -> NewMemory:
    start, end = (None, None) if event is None else sorted(event)
    return NewMemory(contact_id, content, labels, data, session_id, start, end)


def _keys() -> st.SearchStrategy[str]:
    few = st.sampled_from(["k", "n", "", "a.b", "$.k", "k' OR 1=1 --", '"]'])
    return few | st.text(_characters, max_size=8)
