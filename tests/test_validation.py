"""What may come in: every refusal at its exact boundary, and through every call of the store."""

import json
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from datetime import time as clock_time
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from versionchain import InvalidInputError, MemoryStore, NewMemory, Outcome, Status, validation
from versionchain.chain import INHERIT, Draft, Edit

quick = settings(deadline=None, max_examples=200)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ID = "0190d3c1-7f2e-7abc-8def-0123456789ab"
MIB, KIB64 = 1 << 20, 64 << 10
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(TEXTS, inner),
)


class Text(str):
    """A string that is not quite one."""

    __slots__ = ()


class Number(int):
    """An int that is not quite one."""


class Real(float):
    """A float that is not quite one."""


class Row(dict):
    """A dict that is not quite one."""


class Items(list):
    """A list that is not quite one."""


class Name(StrEnum):
    """A str by its class."""

    ADA = "ada"


class Size(IntEnum):
    """An int by its class."""

    ONE = 1


Pair = namedtuple("Pair", "left right")


def refused(check: Callable, *args, **kwargs):
    """The field and the problem with which a check refuses."""
    with pytest.raises(InvalidInputError) as raised:
        check(*args, **kwargs)
    assert type(raised.value) is InvalidInputError
    return raised.value.field, raised.value.problem


NO_STRINGS = [
    (None, "NoneType"),
    (7, "int"),
    (True, "bool"),
    (1.5, "float"),
    (b"ada", "bytes"),
    (bytearray(b"ada"), "bytearray"),
    (["ada"], "list"),
    (Text("ada"), "Text"),
    (Name.ADA, "Name"),
    (UUID(ID), "UUID"),
    (object(), "object"),
]
BLANK = ["", " ", "\t\n\r", "\u00a0", "\u2003\u3000", "\x1c"]
UNSTORABLE = [
    ("\0", "must hold no NUL character"),
    ("a\0", "must hold no NUL character"),
    ("\0a", "must hold no NUL character"),
    ("é\0", "must hold no NUL character"),
    ("\ud800", "must hold no lone surrogate"),
    ("a\udfff", "must hold no lone surrogate"),
    ("\ud83d\ude42", "must hold no lone surrogate"),
]


class TestText:
    """Tenants, contacts, kinds, sessions, categories, actors, reasons."""

    @pytest.mark.parametrize(
        "value",
        ["a", "0", " a ", "é", "🙂", "a" * 512, "🙂" * 512, "'; DROP TABLE versions; --", "\u200b"],
        ids=lambda value: ascii(value[:9]),
    )
    def test_a_string_comes_back_as_it_was(self, value):
        """Nothing is trimmed, folded or escaped, and 512 characters are not too many."""
        assert validation.text("actor", value) is value
        assert validation.optional_text("actor", value) is value

    @pytest.mark.parametrize(("value", "kind"), NO_STRINGS)
    def test_only_a_str_is_a_string(self, value, kind):
        """What only looks like a string is refused, and subclasses of str are."""
        assert refused(validation.text, "actor", value) == ("actor", f"must be a str, not {kind}")

    @pytest.mark.parametrize("value", BLANK, ids=ascii)
    def test_blank_is_refused(self, value):
        """Empty and blank say nothing, whatever the blanks are."""
        assert refused(validation.text, "a", value) == ("a", "must not be empty or blank")

    @pytest.mark.parametrize(("value", "problem"), UNSTORABLE, ids=ascii)
    def test_what_no_storage_takes_is_refused(self, value, problem):
        """NUL ends a string in C, and a lone surrogate has no UTF-8."""
        assert refused(validation.text, "a", value) == ("a", problem)

    @pytest.mark.parametrize("character", ["a", "🙂", "\0", " "], ids=ascii)
    def test_513_characters_are_too_many(self, character):
        """Characters count, not bytes; and the length is looked at first."""
        problem = "must be at most 512 characters, not 513"
        assert refused(validation.text, "kind", character * 513) == ("kind", problem)

    def test_another_limit(self):
        """A reason may have 4,096 characters, and not one more."""
        assert validation.text("reason", "a" * 4096, 4096)
        assert validation.optional_text("reason", "a" * 4096, validation.MAX_REASON)
        problem = "must be at most 4,096 characters, not 4,097"
        for check in (validation.text, validation.optional_text):
            assert refused(check, "reason", "a" * 4097, validation.MAX_REASON) == (
                "reason",
                problem,
            )

    def test_none_is_an_optional_text(self):
        """None says that nothing was given; an empty string is still refused."""
        assert validation.optional_text("actor", None) is None
        assert refused(validation.optional_text, "a", "")[1] == "must not be empty or blank"


class TestContent:
    """A memory's text."""

    @pytest.mark.parametrize(
        "value", ["a" * MIB, "é" * (MIB // 2), "€" * (MIB // 3) + "a", "🙂" * (MIB // 4)]
    )
    def test_one_mebibyte_is_not_too_much(self, value):
        """Bytes of UTF-8 count: exactly 1 MiB comes in, one more does not."""
        assert len(value.encode()) == MIB
        assert validation.content(value, MIB) is value
        problem = "must be at most 1,048,576 bytes, not 1,048,577"
        assert refused(validation.content, value + "a", MIB) == ("content", problem)

    @pytest.mark.parametrize(
        ("value", "bytes"), [("abcd", 4), ("🙂", 4), ("éé", 4), ("a", 1), ("ab", 2), ("é", 2)]
    )
    def test_the_limit_is_a_setting(self, value, bytes):
        """With another limit the boundary lies there."""
        assert validation.content(value, bytes) == value
        if bytes > 1:
            problem = f"must be at most {bytes - 1:,} bytes, not {bytes:,}"
            assert refused(validation.content, value, bytes - 1) == (
                "content",
                problem,
            )

    @pytest.mark.parametrize("value", [None, 7, True, b"a", Text("a"), ["a"], *BLANK], ids=ascii)
    def test_it_is_a_string_that_says_something(self, value):
        """It is refused as any other text is."""
        expected = refused(validation.text, "content", value)
        assert refused(validation.content, value, MIB) == expected

    @pytest.mark.parametrize(("value", "problem"), UNSTORABLE, ids=ascii)
    def test_what_no_storage_takes_is_refused(self, value, problem):
        """However long the text around it is."""
        assert refused(validation.content, "a" * 9999 + value, MIB) == ("content", problem)


class TestCategories:
    """Labels."""

    @pytest.mark.parametrize(
        ("value", "labels"),
        [
            (None, ()),
            ((), ()),
            ([], ()),
            (["a"], ("a",)),
            (("b", "a"), ("b", "a")),
            (["b", "a", "b", "a", "c"], ("b", "a", "c")),
            (["A", "a", " a"], ("A", "a", " a")),
            (["é" * 512], ("é" * 512,)),
        ],
    )
    def test_each_once_in_the_order_given(self, value, labels):
        """A list or a tuple of strings becomes a tuple; None is none."""
        assert validation.categories(value) == labels
        assert type(validation.categories(value)) is tuple

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            ("taste", "str"),
            ("", "str"),
            (b"taste", "bytes"),
            ({"taste"}, "set"),
            (frozenset(), "frozenset"),
            ({"taste": 1}, "dict"),
            (iter(["taste"]), "list_iterator"),
            (7, "int"),
            (False, "bool"),
        ],
    )
    def test_what_is_no_list_or_tuple_is_refused(self, value, kind):
        """A bare string above all, which would be a label a letter."""
        problem = f"must be a list or tuple of strings, not {kind}"
        assert refused(validation.categories, value) == ("categories", problem)

    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            (None, "must be a str, not NoneType"),
            (True, "must be a str, not bool"),
            (Text("a"), "must be a str, not Text"),
            ("", "must not be empty or blank"),
            ("a" * 513, "must be at most 512 characters, not 513"),
            *UNSTORABLE,
        ],
        ids=ascii,
    )
    def test_a_bad_label_is_named_by_its_place(self, value, problem):
        """The field tells which of the labels it is."""
        assert refused(validation.categories, ["a", value]) == ("categories[1]", problem)
        assert refused(validation.categories, (value,))[0] == "categories[0]"


def nested(levels, kind):
    """Containers in containers, so many in all."""
    value = kind()
    for _ in range(levels - 1):
        value = {"a": value} if kind is dict else kind([value])
    return value


def of_size(size):
    """A metadata whose JSON has so many bytes."""
    return {"k": "x" * (size - len('{"k":""}'))}


TOO_BIG = "must be at most 65,536 bytes of JSON"


class TestMetadata:
    """JSON values by string keys."""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "{}"),
            ({}, "{}"),
            ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
            ({"a": {"d": 1, "c": 2}}, '{"a":{"c":2,"d":1}}'),
            ({"a": (1, [2, ()])}, '{"a":[1,[2,[]]]}'),
            ({"é": "🙂", "a": "\u2028"}, '{"a":"\u2028","é":"🙂"}'),
            ({"a": True, "b": False, "c": None}, '{"a":true,"b":false,"c":null}'),
            ({"a": 1.0, "b": -0.0, "c": 1e308}, '{"a":1.0,"b":-0.0,"c":1e+308}'),
            ({"a": 'quote " and \\ and \n'}, '{"a":"quote \\" and \\\\ and \\n"}'),
            ({"": "", " ": " "}, '{"":""," ":" "}'),
            ({"a": 2**63 - 1, "b": -(2**63)}, f'{{"a":{2**63 - 1},"b":{-(2**63)}}}'),
            ({"'; DROP TABLE x": "$.a"}, '{"\'; DROP TABLE x":"$.a"}'),
        ],
    )
    def test_it_becomes_canonical_json(self, value, text):
        """Sorted keys, no blanks, non-ASCII as it is, a tuple as a list."""
        assert validation.metadata(value) == text

    @quick
    @given(st.dictionaries(TEXTS, JSON))
    def test_it_is_written_as_json_is(self, value):
        """Whatever comes in, the text is the standard library's own."""
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert validation.metadata(value) == text

    @quick
    @given(
        st.dictionaries(
            TEXTS, st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
        )
    )
    def test_it_decodes_to_what_it_was(self, value):
        """Decoding gives an equal value, and encoding that gives the same text."""
        encoded = validation.metadata(value)
        assert json.loads(encoded) == value
        assert validation.metadata(json.loads(encoded)) == encoded

    @pytest.mark.parametrize(
        "value",
        [
            7,
            "{}",
            b"{}",
            [],
            (),
            [("a", 1)],
            True,
            False,
            0,
            "",
            OrderedDict(a=1),
            OrderedDict(),
            defaultdict(int, a=1),
            Row(a=1),
            MappingProxyType({"a": 1}),
            Pair(1, 2),
        ],
        ids=repr,
    )
    def test_only_a_dict_is_metadata(self, value):
        """What is falsy is not nothing, and a subclass is refused."""
        problem = f"must be a dict, not {type(value).__name__}"
        assert refused(validation.metadata, value) == ("metadata", problem)

    @pytest.mark.parametrize("wrap", [lambda v: {"a": v}, lambda v: {"a": [{"b": (v,)}]}])
    @pytest.mark.parametrize(
        "value",
        [
            Text("a"),
            Name.ADA,
            Status.CURRENT,
            Number(1),
            Size.ONE,
            Real(1.5),
            Items([1]),
            Row(a=1),
            OrderedDict(a=1),
            defaultdict(int),
            Pair(1, 2),
            b"a",
            bytearray(b"a"),
            {1},
            frozenset(),
            Decimal(1),
            Fraction(1, 2),
            1j,
            date(2026, 1, 1),
            NOON,
            UUID(ID),
            range(3),
            iter([1]),
            object(),
            Ellipsis,
            int,
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_what_json_lacks_is_refused(self, value, wrap):
        """At the top or deep inside; a subclass would come back as something else."""
        problem = f"must hold JSON values alone, not {type(value).__name__}"
        assert refused(validation.metadata, wrap(value)) == ("metadata", problem)

    @pytest.mark.parametrize("wrap", [lambda v: {"a": v}, lambda v: {"a": [{"b": (v,)}]}])
    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            (2**63, "must hold no integer beyond 64 bits"),
            (-(2**63) - 1, "must hold no integer beyond 64 bits"),
            (10**5000, "must hold no integer beyond 64 bits"),
            (float("nan"), "must hold no NaN and no infinity"),
            (float("inf"), "must hold no NaN and no infinity"),
            (float("-inf"), "must hold no NaN and no infinity"),
            *UNSTORABLE,
        ],
        ids=lambda value: "a big int" if isinstance(value, int) else ascii(value)[:30],
    )
    def test_values_without_a_place_in_json(self, value, problem, wrap):
        """Numbers that other readers would change, and strings that no storage takes."""
        assert refused(validation.metadata, wrap(value)) == ("metadata", problem)

    @pytest.mark.parametrize("wrap", [lambda v: v, lambda v: {"a": [v]}])
    @pytest.mark.parametrize(
        "key", [1, None, True, 1.5, ("a",), b"a", Text("a"), Name.ADA], ids=repr
    )
    def test_a_key_is_a_string(self, key, wrap):
        """A key that JSON would turn into a string comes back as another one."""
        problem = f"must have string keys alone, not {type(key).__name__}"
        assert refused(validation.metadata, wrap({key: 1})) == ("metadata", problem)

    @pytest.mark.parametrize("wrap", [lambda v: v, lambda v: {"a": [v]}])
    @pytest.mark.parametrize(("key", "problem"), UNSTORABLE, ids=ascii)
    def test_a_key_is_storable(self, key, problem, wrap):
        """Keys are looked at as values are."""
        assert refused(validation.metadata, wrap({"ok": 1, key: 1})) == ("metadata", problem)

    @pytest.mark.parametrize("kind", [dict, list, tuple])
    def test_32_deep_and_no_deeper(self, kind):
        """The metadata itself is the first level."""
        problem = "must nest at most 32 deep"
        assert validation.metadata({"a": nested(31, kind)})
        assert refused(validation.metadata, {"a": nested(32, kind)}) == ("metadata", problem)

    def test_a_value_at_the_bottom_is_no_level(self):
        """Thirty-two containers may hold a value."""
        value = 1
        for _ in range(32):
            value = {"a": value}
        assert validation.metadata(value).count("a") == 32

    @pytest.mark.parametrize("character", ["x", "é", "€", "🙂"])
    def test_64_kibibytes_and_no_more(self, character):
        """The bytes of its canonical JSON count."""
        assert len(validation.metadata(of_size(KIB64)).encode()) == KIB64
        assert refused(validation.metadata, of_size(KIB64 + 1)) == ("metadata", TOO_BIG)
        width = len(character.encode())
        most = (KIB64 - len('{"k":""}')) // width
        assert validation.metadata({"k": character * most})
        assert refused(validation.metadata, {"k": character * (most + 1)})[1] == TOO_BIG

    def test_an_escape_counts_as_what_it_takes(self):
        """A quote takes two bytes of JSON."""
        most = (KIB64 - len('{"k":""}')) // 2
        assert validation.metadata({"k": '"' * most})
        assert refused(validation.metadata, {"k": '"' * (most + 1)})[1] == TOO_BIG

    @pytest.mark.parametrize(
        "value",
        [
            {"k": [0] * ((KIB64 - len('{"k":[]}') + 1) // 2)},
            {"k" * (KIB64 - len('{"":0}')): 0},
            {"k": ["", *["x"] * ((KIB64 - len('{"k":[""]}')) // 4)]},
            {f"{i:04}": "" for i in range((KIB64 - len("{}") + 1) // 10)},
        ],
        ids=["items", "a key", "texts", "keys"],
    )
    def test_whatever_fills_64_kibibytes_comes_in(self, value):
        """The bound on the walk is never stricter than the bound on the bytes."""
        size = len(validation.metadata(value).encode())
        assert KIB64 - 9 <= size <= KIB64

    def test_what_contains_itself_is_refused(self):
        """A cycle ends at the depth's limit, or at the size's where it is wide."""
        deep, wide, mixed = {}, [], {"list": []}
        deep["a"] = deep
        wide += [wide, wide, wide]
        mixed["list"].append(mixed)
        problem = "must nest at most 32 deep"
        assert refused(validation.metadata, deep) == ("metadata", problem)
        assert refused(validation.metadata, mixed) == ("metadata", problem)
        assert refused(validation.metadata, {"a": wide})[0] == "metadata"

    def test_what_is_shared_is_refused_in_time(self):
        """A small value in memory that would be huge as JSON is refused before it is made.

        Without the bound the first of these would take hours, and the second all memory.
        """
        shared = []
        for _ in range(29):
            shared = [shared, shared]
        text = "x" * 60_000
        assert refused(validation.metadata, {"a": shared}) == ("metadata", TOO_BIG)
        assert refused(validation.metadata, {"a": [text] * 60_000}) == ("metadata", TOO_BIG)
        row = {text: 1}
        assert refused(validation.metadata, {"a": [row] * 30_000}) == ("metadata", TOO_BIG)
        assert refused(validation.metadata, {"a": [0] * 10**6}) == ("metadata", TOO_BIG)

    @pytest.mark.parametrize(
        "value",
        [
            "x" * 60_000,
            {"x" * 60_000: 1},
            [0] * 30_000,
            [[[0]]] * 10_000,
            ("xy",) * 13_000,
            [{"b": 1}] * 8_000,
        ],
        ids=["a text", "a key", "numbers", "lists", "texts", "dicts"],
    )
    def test_what_is_a_byte_too_large_is_refused(self, value):
        """What has no escapes and no long numbers is counted exactly."""
        rest = 65_536 - len(json.dumps({"": value}, separators=(",", ":")))
        assert len(validation.metadata({"k" * rest: value})) == 65_536
        assert refused(validation.metadata, {"k" * (rest + 1): value}) == ("metadata", TOO_BIG)

    @pytest.mark.parametrize(
        "value", [{"k": "x" * KIB64}, {"x" * KIB64: 1}, {"k": {"x" * KIB64: 1}}]
    )
    def test_a_text_that_is_too_large_is_not_even_looked_at(self, monkeypatch, value):
        """Its length alone says that it does not fit."""
        monkeypatch.setattr(
            validation, "_check_storable", lambda field, text: text[:1000].index("k")
        )
        monkeypatch.setattr(validation, "_quote", lambda text: text[:1000].index("k"))
        assert refused(validation.metadata, value) == ("metadata", TOO_BIG)

    def test_no_more_is_written_than_fits(self, monkeypatch):
        """Each value counts with the comma after it, so what is too long ends early."""
        written = []
        monkeypatch.setattr(validation, "_quote", lambda text: written.append(text) or '""')
        assert refused(validation.metadata, {"a": [""] * 10**6}) == ("metadata", TOO_BIG)
        assert len(written) == KIB64 // len('"",') + 1

    def test_what_is_shared_a_little_comes_in(self):
        """Sharing itself is no fault."""
        part = [1]
        assert validation.metadata({"a": part, "b": [part, part]}) == '{"a":[1],"b":[[1],[1]]}'


class TestIdentifier:
    """UUIDs."""

    @pytest.mark.parametrize(
        "value",
        [
            ID,
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        ],
    )
    def test_canonical_text_and_uuids(self, value):
        """Any version will do, as text or as Python's own class."""
        assert validation.identifier("id", value) is value
        assert validation.identifier("id", UUID(value)) == value
        assert validation.optional_identifier("id", value) is value
        assert type(validation.identifier("id", UUID(value))) is str

    def test_a_uuid_by_another_class(self):
        """Drivers have UUID classes of their own; what comes back is canonical text."""

        class Driver(UUID):
            def __str__(self):
                return "mine"

        assert validation.identifier("id", Driver(ID)) == ID

    @pytest.mark.parametrize(
        "value",
        [
            None,
            7,
            UUID(ID).int,
            UUID(ID).bytes,
            True,
            b"0190d3c1-7f2e-7abc-8def-0123456789ab",
            Text(ID),
            "",
            "x",
            ID.upper(),
            ID[:-1] + "B",
            ID.replace("-", ""),
            "{" + ID + "}",
            "{" + ID[:-2] + "}",
            "urn:uuid:" + ID,
            ("urn:uuid:" + ID)[:36],
            ID[:-1],
            ID + "0",
            " " + ID,
            " " + ID[:-1],
            ID[:-1] + "\n",
            ID[:-1] + "g",
            ID[:-1] + "_",
            "0190d3c17-f2e-7abc-8def-0123456789ab",
            "0190d3c1-7f2e-7abc-8def0-123456789ab",
            "0_90d3c1-7f2e-7abc-8def-0123456789ab",
            "\uff10190d3c1-7f2e-7abc-8def-0123456789ab",
            ID[:-1] + "\0",
            ID[:-1] + "\ud800",
        ],
        ids=ascii,
    )
    def test_what_is_no_uuid_is_refused(self, value):
        """Another spelling of the same UUID would be another id, so there is one."""
        problem = "must be a uuid.UUID or its canonical text"
        assert refused(validation.identifier, "source_id", value) == ("source_id", problem)

    def test_none_is_an_optional_identifier(self):
        """None says that none was given; an empty text is refused."""
        assert validation.optional_identifier("id", None) is None
        assert refused(validation.optional_identifier, "id", "")[0] == "id"


class Zone(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, when):
        return None


class Broken(tzinfo):
    """A zone that gives no offset, but an error or something else."""

    def __init__(self, answer):
        self.answer = answer

    def utcoffset(self, when):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Moment(datetime):
    """A datetime that is not quite one, as data frames have."""


class TestMoment:
    """Aware datetimes."""

    @pytest.mark.parametrize(
        ("value", "utc"),
        [
            (NOON, NOON),
            (datetime(2026, 1, 1, 14, tzinfo=timezone(timedelta(hours=2))), NOON),
            (
                datetime(2026, 1, 1, 7, 30, 0, 5, timezone(timedelta(hours=-4, minutes=-30))),
                NOON.replace(microsecond=5),
            ),
            (datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
            (datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)),
            (Moment(2026, 1, 1, 12, tzinfo=UTC), NOON),
            (NOON.replace(fold=1), NOON),
        ],
    )
    def test_it_becomes_a_plain_one_in_utc(self, value, utc):
        """The same moment, to the microsecond, in one form."""
        moment = validation.moment("before", value)
        assert moment == utc
        assert type(moment) is datetime
        assert moment.tzinfo is UTC
        assert moment.fold == 0
        assert validation.optional_moment("before", value) == utc

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            (None, "NoneType"),
            (date(2026, 1, 1), "date"),
            (clock_time(12, tzinfo=UTC), "time"),
            ("2026-01-01T12:00:00+00:00", "str"),
            (1767268800, "int"),
            (1767268800.0, "float"),
            (True, "bool"),
        ],
    )
    def test_only_a_datetime_is_a_moment(self, value, kind):
        """A date, a text or a number of seconds is none."""
        problem = f"must be a datetime, not {kind}"
        assert refused(validation.moment, "event_end", value) == ("event_end", problem)

    @pytest.mark.parametrize("zone", [None, Zone()])
    def test_a_naive_one_is_refused(self, zone):
        """Nobody knows which moment it means."""
        problem = "must be an aware datetime: give it a tzinfo"
        assert refused(validation.moment, "x", datetime(2026, 1, 1, tzinfo=zone)) == ("x", problem)

    @pytest.mark.parametrize(
        "answer", [2, timedelta(days=2), NotImplementedError(), ValueError(), TypeError()], ids=repr
    )
    def test_a_zone_that_is_none_is_refused(self, answer):
        """Its own error does not come out."""
        value = datetime(2026, 1, 1, tzinfo=Broken(answer))
        problem = "must have a tzinfo that gives an offset"
        assert refused(validation.moment, "x", value) == ("x", problem)

    @pytest.mark.parametrize(("edge", "hours"), [(datetime.min, 1), (datetime.max, -1)])
    def test_a_moment_that_utc_has_no_year_for(self, edge, hours):
        """At the edge of the calendar a zone leads out of it."""
        value = edge.replace(tzinfo=timezone(timedelta(hours=hours)))
        problem = "must lie in the years 1 to 9999 in UTC"
        assert refused(validation.moment, "x", value) == ("x", problem)

    def test_none_is_an_optional_moment(self):
        """None says that none was given; what is falsy otherwise is refused."""
        assert validation.optional_moment("x", None) is None
        assert refused(validation.optional_moment, "x", 0)[1] == "must be a datetime, not int"


FIELDS = ("categories", "metadata", "session_id", "event_start", "event_end")


def edit(content="Text", most_bytes=100, **fields):
    """An update, of which all is left out that is not given."""
    said = dict.fromkeys(FIELDS, INHERIT) | fields
    return validation.edit(content, most_bytes=most_bytes, **said)


def draft(content="Text", most_bytes=100, **fields):
    """A new memory's draft, of which all is None that is not given."""
    said = dict.fromkeys(FIELDS) | fields
    return validation.draft(content, most_bytes=most_bytes, **said)


LATER = NOON + timedelta(microseconds=1)


class TestDraft:
    """What a version is going to say."""

    def test_what_is_left_out_stays_left_out(self):
        """INHERIT passes through each field."""
        assert edit() == Edit("Text", INHERIT, INHERIT, INHERIT, INHERIT, INHERIT) == Edit("Text")

    @pytest.mark.parametrize(
        "name", ["categories", "metadata", "session_id", "event_start", "event_end"]
    )
    def test_a_first_version_inherits_nothing(self, name):
        """There, INHERIT is a value like any other that may not come in."""
        assert refused(draft, **{name: INHERIT})[0] == name
        assert draft() == Draft("Text", (), "{}", None, None, None)

    def test_none_clears(self):
        """None is a value of its own: nothing."""
        names = ("categories", "metadata", "session_id", "event_start", "event_end")
        assert edit(**dict.fromkeys(names)) == Edit("Text", (), "{}", None, None, None)

    def test_each_field_is_brought_into_its_form(self):
        """A list becomes a tuple, a dict its JSON, a time UTC."""
        east = NOON.astimezone(timezone(timedelta(hours=9)))
        said = {"categories": ["a"], "metadata": {"b": (1,)}, "session_id": "monday"}
        for kind, made in (
            (Edit, edit(**said, event_start=east, event_end=LATER)),
            (Draft, draft(**said, event_start=east, event_end=LATER)),
        ):
            assert made == kind("Text", ("a",), '{"b":[1]}', "monday", NOON, LATER)
            assert made.event_start.tzinfo is UTC

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"content": ""}, "content"),
            ({"content": "a" * 101}, "content"),
            ({"categories": "taste"}, "categories"),
            ({"categories": ["a", ""]}, "categories[1]"),
            ({"metadata": []}, "metadata"),
            ({"session_id": ""}, "session_id"),
            ({"session_id": "a" * 513}, "session_id"),
            ({"event_start": date(2026, 1, 1)}, "event_start"),
            ({"event_end": datetime(2026, 1, 1)}, "event_end"),
            ({"event_start": LATER, "event_end": NOON}, "event_end"),
        ],
    )
    def test_the_field_is_named_with_the_way_to_it(self, said, field):
        """In a list of items the error says which item's."""
        assert refused(edit, **said)[0] == refused(draft, **said)[0] == field
        good, bad = NewMemory("ada", "Text"), NewMemory("ada", **{"content": "Text"} | said)
        store = MemoryStore(max_content_bytes=100)
        assert refused(store.add_many, [good, good, good, bad])[0] == f"items[3].{field}"
        assert store.contacts().items == ()

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (NOON, NOON),
            (NOON, LATER),
            (NOON, None),
            (None, NOON),
            (None, None),
            (LATER, INHERIT),
            (INHERIT, NOON),
            (INHERIT, INHERIT),
            (INHERIT, None),
            (None, INHERIT),
        ],
    )
    def test_an_event_that_does_not_end_before_it_starts(self, start, end):
        """It may end as it starts, and what isn't known can't be wrong."""
        made = edit(event_start=start, event_end=end)
        assert (made.event_start, made.event_end) == (start, end)
        assert validation.in_order(made) is None

    def test_an_event_that_ends_before_it_starts(self):
        """A microsecond is enough."""
        said = Draft("Text", (), "{}", None, LATER, NOON)
        problem = "must not be before event_start"
        assert refused(validation.in_order, said) == ("event_end", problem)


class TestNewMemories:
    """The items of an add_many."""

    @pytest.mark.parametrize("kind", [list, tuple, iter, lambda items: (item for item in items)])
    def test_any_iterable_will_do(self, kind):
        """They come back as a list, in the same order, read once."""
        items = [NewMemory("ada", "Sails"), NewMemory("grace", "Reads")]
        assert validation.new_memories(kind(items)) == items
        assert validation.new_memories(kind([])) == []

    @pytest.mark.parametrize("items", [None, 7, True, NewMemory("ada", "Sails"), object()])
    def test_what_is_no_iterable_is_refused(self, items):
        """A single record isn't a list of one."""
        problem = "must be an iterable of NewMemory records"
        assert refused(validation.new_memories, items) == ("items", problem)

    @pytest.mark.parametrize(
        ("item", "kind"),
        [({"contact_id": "ada"}, "dict"), (("ada", "Sails"), "tuple"), ("a", "str"), (None, None)],
    )
    def test_what_is_no_record_is_named_by_its_place(self, item, kind):
        """The field says which item it is."""
        problem = f"must be a NewMemory, not {kind or 'NoneType'}"
        items = [NewMemory("ada", "Sails"), item]
        assert refused(validation.new_memories, items) == ("items[1]", problem)
        assert refused(validation.new_memories, "a")[0] == "items[0]"

    def test_an_iterable_that_fails_by_itself(self):
        """Somebody else's TypeError is not taken for a wrong argument."""

        def items():
            yield NewMemory("ada", "Sails")
            raise TypeError("mine")

        with pytest.raises(TypeError, match="mine"):
            validation.new_memories(items())


class TestScalars:
    """Flags, numbers, statuses."""

    @pytest.mark.parametrize("value", [True, False])
    def test_a_flag(self, value):
        """It comes back as it was."""
        assert validation.flag("dry_run", value) is value

    @pytest.mark.parametrize("value", [None, 0, 1, "yes", "", [], 1.0], ids=repr)
    def test_what_only_counts_as_a_flag(self, value):
        """A typing mistake must not delete more than was meant."""
        problem = f"must be True or False, not {type(value).__name__}"
        assert refused(validation.flag, "dry_run", value) == ("dry_run", problem)

    @pytest.mark.parametrize(
        ("value", "least", "most"),
        [(1, 1, None), (0, 0, None), (10**30, 0, None), (1, 1, 1000), (1000, 1, 1000), (5, 5, 5)],
    )
    def test_an_integer(self, value, least, most):
        """Both ends are in."""
        assert validation.integer("keep_last", value, least, most) == value

    @pytest.mark.parametrize("value", [0, -1, True, False, 1.0, "1", None, Size.ONE, Number(5)])
    def test_what_is_no_integer_of_at_least_one(self, value):
        """Too low, or no int: True is none."""
        problem = "must be an int of at least 1"
        assert refused(validation.integer, "keep_last", value, 1) == ("keep_last", problem)

    @pytest.mark.parametrize("value", [1, 2, 100, 999, 1000])
    def test_a_limit(self, value):
        """From 1 to 1000."""
        assert validation.limit(value) == value

    @pytest.mark.parametrize(
        "value", [0, -1, 1001, 10**30, True, 1.0, 10.5, "10", None, Size.ONE, float("inf")]
    )
    def test_what_is_no_limit(self, value):
        """One under, one over, and whatever is no int."""
        assert refused(validation.limit, value) == ("limit", "must be an int from 1 to 1000")

    @pytest.mark.parametrize("value", [0, 0.0, 1, 0.5, 86_399.5, 86_400])
    def test_seconds(self, value):
        """From none to a day, as a float."""
        assert validation.seconds("busy_timeout", value) == value
        assert type(validation.seconds("busy_timeout", value)) is float

    @pytest.mark.parametrize(
        "value",
        [-0.001, -1, 86_400.5, 86_401, float("nan"), float("inf"), True, "1", None, Decimal(1)],
    )
    def test_what_is_no_number_of_seconds(self, value):
        """Waiting for less than nothing or for ever isn't meant."""
        problem = "must be a number of seconds from 0 to 86,400"
        assert refused(validation.seconds, "busy_timeout", value) == ("busy_timeout", problem)

    @pytest.mark.parametrize("value", [0, 1, -1, 10**30])
    def test_a_revision(self, value):
        """Any int could be one's number; the store knows whether it is."""
        assert validation.revision("revision", value) == value

    @pytest.mark.parametrize("value", [True, 1.0, "1", None, NOON, Number(1), Size.ONE], ids=repr)
    def test_what_is_no_revision(self, value):
        """A number of another kind is none."""
        problem = f"must be an int, not {type(value).__name__}"
        assert refused(validation.revision, "revision", value) == ("revision", problem)

    @pytest.mark.parametrize("value", [None, *Status])
    def test_a_status(self, value):
        """A member of the enum, or None for all but the deleted."""
        assert validation.status(value) is value

    @pytest.mark.parametrize("value", ["CURRENT", "", 0, Outcome.ENDED, Status, True], ids=repr)
    def test_what_is_no_status(self, value):
        """Its name as a string isn't one."""
        assert refused(validation.status, value) == ("status", "must be a Status or None")

    def test_a_function(self):
        """Whatever can be called, as it is; what it answers is not asked yet."""
        assert validation.function("clock", len) is len
        problem = "must be callable, not str"
        assert refused(validation.function, "clock", "len") == ("clock", problem)

    def test_the_largest_integer_is_what_every_storage_keeps(self):
        """Signed, of 64 bits."""
        assert validation.MAX_INTEGER == 9_223_372_036_854_775_807

    def test_not_itself(self):
        """A memory is connected to another one."""
        assert validation.not_itself("a", "b") is None
        problem = "must be of another memory than source_id"
        assert refused(validation.not_itself, "a", "a") == ("target_id", problem)


SECRET = "sEcReT-4711"
bad_texts = st.sampled_from(["\0", "\ud800", "x" * 600]).flatmap(
    lambda bad: st.sampled_from([SECRET + bad, bad + SECRET, SECRET + bad + SECRET])
)
wrong_types = st.sampled_from(
    [SECRET.encode(), [SECRET], {SECRET: SECRET}, Text(SECRET), (SECRET,), frozenset({SECRET})]
)
bad_values = st.sampled_from(
    [
        SECRET + "\0",
        SECRET + "\ud800",
        SECRET * 9999,
        {SECRET + "\0": 1},
        {SECRET: object()},
        {1: SECRET},
        {SECRET: float("nan")},
        {SECRET: 2**64},
        [SECRET, {SECRET}],
        SECRET.encode(),
        Text(SECRET),
    ]
)


@quick
@example(("id", lambda value: validation.identifier("id", value)), f"{{{SECRET}-{ID}}}")
@given(
    st.sampled_from(
        [
            ("text", lambda value: validation.text("session_id", value)),
            ("optional", lambda value: validation.optional_text("session_id", value)),
            ("content", lambda value: validation.content(value, 10)),
            ("categories", lambda value: validation.categories([value])),
            ("metadata", lambda value: validation.metadata({SECRET: value})),
            ("nested", lambda value: validation.metadata({"a": [{SECRET: value}]})),
            ("identifier", lambda value: validation.identifier("id", value)),
            ("moment", lambda value: validation.moment("before", value)),
            ("flag", lambda value: validation.flag("dry_run", value)),
            ("limit", lambda value: validation.limit(value)),
            ("seconds", lambda value: validation.seconds("busy_timeout", value)),
            ("revision", lambda value: validation.revision("revision", value)),
            ("status", lambda value: validation.status(value)),
            ("items", lambda value: validation.new_memories([value])),
            ("draft", lambda value: draft(value, 10, session_id=value)),
        ]
    ),
    bad_texts | wrong_types | bad_values,
)
def test_no_message_quotes_the_value(check, value):
    """Whatever is refused, the error tells what is wrong and never what it was."""
    try:
        check[1](value)
    except InvalidInputError as error:
        for told in (str(error), repr(error), repr(error.args), repr(vars(error))):
            assert SECRET not in told
            assert "4711" not in told


# What every call of the store refuses, parameter by parameter.

NAMES = [7, b"ada", Text("ada"), "", " ", "a" * 513, "a\0", "\ud800"]
IDS = [7, "", "x", ID.upper(), "{" + ID + "}", ID.replace("-", ""), ID.encode()]
FLAGS = [None, 0, 1, "yes"]
MOMENTS = [date(2026, 1, 1), datetime(2026, 1, 1), "2026-01-01", 0]
LABELS = ["taste", {"taste"}, [""], ["a", "b" * 513], [None], ["a\0"], 7]
DATA = [
    [],
    "{}",
    OrderedDict(),
    {1: 1},
    {"a": {2: 2}},
    {"a": float("nan")},
    {"a": 2**63},
    {"a": Decimal(1)},
    {"a": "\0"},
    {"\ud800": 1},
    of_size(KIB64 + 1),
    {"a": nested(32, list)},
]
CURSORS = [7, "", "A", "é", "AAAA", "0" * 64, b"AAAA"]
LIMITS = [0, 1001, True, 1.0, "1", None]
REASONS = [7, "", " ", "a" * 4097, "a\0", "\ud800"]
SAID = {
    "content": [None, 7, b"a", Text("a"), "", " ", "a\0", "\ud800", "a" * (MIB + 1)],
    "categories": LABELS,
    "metadata": DATA,
    "session_id": NAMES,
    "event_start": MOMENTS,
    "event_end": [*MOMENTS, NOON - timedelta(days=1)],
    "id": IDS,
}
GIVEN = {"content": "Text", "event_start": NOON}
GUARDED = {"contact_id": NAMES}
DELETING = {"reason": REASONS, "dry_run": FLAGS}
PAGED = {"limit": LIMITS, "after": CURSORS}
CALLS = {
    "add": ({"contact_id": "ada", **GIVEN}, {"contact_id": [None, *NAMES], **SAID}),
    "update": ({"version_id": "v", **GIVEN}, {"version_id": [None, *IDS], **SAID, **GUARDED}),
    "get": ({"version_id": "v"}, {"version_id": [None, *IDS], **GUARDED}),
    "latest": ({"id": "v"}, {"id": [None, *IDS], **GUARDED}),
    "history": ({"id": "v"}, {"id": [None, *IDS], "include_deleted": FLAGS, **GUARDED}),
    "memories": (
        {"contact_id": "ada"},
        {
            "contact_id": [None, *NAMES],
            "categories": LABELS,
            "session_id": NAMES,
            "metadata": DATA,
            **PAGED,
        },
    ),
    "versions": (
        {"contact_id": "ada"},
        {"contact_id": [None, *NAMES], "status": ["CURRENT", 0, Outcome.ENDED], **PAGED},
    ),
    "contacts": ({}, PAGED),
    "count": ({"contact_id": "ada"}, {"contact_id": [None, *NAMES]}),
    "find_ids": ({"prefix": "0"}, {"prefix": [None, *NAMES, "0" * 37], "limit": LIMITS}),
    "connections": ({"id": "v"}, {"id": [None, *IDS], "kind": NAMES, **GUARDED}),
    "connect": (
        {"source_id": "v", "target_id": "w"},
        {
            "source_id": [None, *IDS],
            "target_id": [None, *IDS, "v"],
            "kind": [None, *NAMES],
            "metadata": DATA,
            **GUARDED,
        },
    ),
    "disconnect": (
        {"source_id": "v", "target_id": "w"},
        {
            "source_id": [None, *IDS],
            "target_id": [None, *IDS],
            "kind": [None, *NAMES],
            **GUARDED,
        },
    ),
    "delete": (
        {"version_id": "v"},
        {
            "version_id": [None, *IDS],
            "delete_previous_versions": FLAGS,
            "expected_latest": IDS,
            **GUARDED,
            **DELETING,
        },
    ),
    "delete_memory": (
        {"id": "v"},
        {"id": [None, *IDS], "expected_latest": IDS, **GUARDED, **DELETING},
    ),
    "delete_contact": ({"contact_id": "ada"}, {"contact_id": [None, *NAMES], **DELETING}),
    "prune": (
        {"id": "v", "keep_last": 1},
        {
            "id": [None, *IDS],
            "keep_last": [None, 0, -1, True, 1.0, "1"],
            "before": MOMENTS,
            **GUARDED,
            **DELETING,
        },
    ),
    "prune_contact": (
        {"contact_id": "ada", "keep_last": 1},
        {
            "contact_id": [None, *NAMES],
            "keep_last": [None, 0, -1, True, 1.0, "1"],
            "before": MOMENTS,
            **DELETING,
        },
    ),
    "restore": ({"revision": 1}, {"revision": [None, True, 1.0, "1", NOON], "reason": REASONS}),
    "revisions": ({}, {"since": [None, -1, True, 1.0, "1"], **GUARDED, **PAGED}),
    "at": ({"revision": 1}, {"revision": [None, -1, True, 1.0, "1", *MOMENTS[:3]]}),
    "erase_contact": ({"contact_id": "ada"}, {"contact_id": [None, *NAMES], **DELETING}),
    "erase_deleted": ({"before": NOON}, {"before": [None, *MOMENTS], **DELETING}),
}
CASES = [
    pytest.param(call, name, value, id=f"{call}-{name}-{i}")
    for call, (_, refusals) in CALLS.items()
    for name, values in refusals.items()
    for i, value in enumerate(values)
]
ON_A_BLOCK = [case for case in CASES if not case.values[0].startswith("erase")]


class World:
    """A store with two memories of two versions each, and what can be read of it."""

    def __init__(self):
        self.store = MemoryStore()
        first, second = self.store.add("ada", "Sails"), self.store.add("ada", "Reads")
        self.ids = {
            "v": self.store.update(first.id, "Sails far").id,
            "w": self.store.update(second.id, "Reads much").id,
        }
        self.store.connect(first.id, second.id)

    def seen(self):
        store = self.store
        return (
            store.revisions(),
            store.memories("ada"),
            store.versions("ada"),
            store.versions("ada", status=Status.DELETED),
            store.connections(self.ids["v"]),
            store.contacts(),
        )

    def arguments(self, call, **changed):
        good = CALLS[call][0] | changed
        return {name: self.id_of(value) for name, value in good.items()}

    def id_of(self, value):
        return self.ids.get(value, value) if type(value) is str else value


@pytest.fixture
def world():
    """A small world."""
    return World()


def place(field):
    """A field without the way into it."""
    return field.split("[")[0]


@pytest.mark.parametrize(("call", "name", "value"), CASES)
def test_a_call_refuses_a_bad_argument(world, call, name, value):
    """The error names the parameter, nothing changes, and the same call with good ones works."""
    before = world.seen()
    field, _ = refused(getattr(world.store, call), **world.arguments(call, **{name: value}))
    assert place(field) == name
    assert world.seen() == before
    assert world.store.verify().ok


@pytest.mark.parametrize(("call", "name", "value"), ON_A_BLOCK)
def test_a_block_refuses_a_bad_argument(world, call, name, value):
    """In a block it's the same refusal, and the block that did nothing else is no revision."""
    before = world.seen()
    with world.store.transaction() as block:
        field, _ = refused(getattr(block, call), **world.arguments(call, **{name: value}))
        assert place(field) == name
    assert world.seen() == before
    assert world.store.verify().ok


@pytest.mark.parametrize("call", CALLS)
def test_a_call_takes_the_good_arguments(world, call):
    """What the refusals are tried against is itself fine."""
    getattr(world.store, call)(**world.arguments(call))
    assert world.store.verify().ok


@pytest.mark.parametrize("call", ["prune", "prune_contact"])
def test_a_prune_wants_a_bound(world, call):
    """Without one it would be a guess; either of the two is enough."""
    before = world.seen()
    field, problem = refused(getattr(world.store, call), **world.arguments(call, keep_last=None))
    assert (field, problem) == ("keep_last", "or before must be given")
    assert world.seen() == before
    arguments = world.arguments(call, keep_last=None, before=NOON)
    assert getattr(world.store, call)(**arguments).count == 0
    assert world.store.verify().ok


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (NewMemory(None, "Text"), "items[1].contact_id"),
        (NewMemory("a" * 513, "Text"), "items[1].contact_id"),
        (NewMemory("ada", ""), "items[1].content"),
        (NewMemory("ada", "Text", categories="taste"), "items[1].categories"),
        (NewMemory("ada", "Text", categories=["a", 7]), "items[1].categories[1]"),
        (NewMemory("ada", "Text", metadata=[]), "items[1].metadata"),
        (NewMemory("ada", "Text", session_id=""), "items[1].session_id"),
        (NewMemory("ada", "Text", event_start=7), "items[1].event_start"),
        (NewMemory("ada", "Text", event_end=7), "items[1].event_end"),
        (
            NewMemory("ada", "Text", event_start=LATER, event_end=NOON),
            "items[1].event_end",
        ),
        (NewMemory("ada", "Text", id="x"), "items[1].id"),
        ({"contact_id": "ada"}, "items[1]"),
    ],
)
def test_add_many_refuses_all_for_one(world, item, field):
    """The error says which item it is, and no other item is written."""
    before = world.seen()
    good = NewMemory("ada", "Text")
    assert refused(world.store.add_many, [good, item, good])[0] == field
    assert world.seen() == before
    assert world.store.verify().ok


@pytest.mark.parametrize("reason", REASONS)
def test_a_block_refuses_a_bad_reason(world, reason):
    """Before anything in it runs."""
    before = world.seen()
    with (
        pytest.raises(InvalidInputError) as raised,
        world.store.transaction(reason=reason),
    ):
        raise AssertionError("the block must not begin")
    assert raised.value.field == "reason"
    assert world.seen() == before
    assert world.store.verify().ok


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("tenant", [None, *NAMES]),
        ("actor", NAMES),
        ("max_content_bytes", [0, -1, True, 1.5, "1", None]),
    ],
)
def test_a_store_refuses_bad_settings(name, values):
    """They are looked at before there is a store."""
    for value in values:
        assert refused(MemoryStore, **{name: value})[0] == name


@pytest.mark.parametrize("name", ["tenant", "actor"])
def test_another_handle_refuses_bad_settings(world, name):
    """A tenant of another handle is looked at as the first one's was."""
    for value in NAMES:
        arguments = {"tenant": "acme"} | {name: value}
        assert refused(world.store.for_tenant, **arguments)[0] == name


def test_a_smaller_limit_for_content():
    """The setting holds for adding, for many, and for updating, in bytes."""
    store = MemoryStore(max_content_bytes=4)
    memory = store.add("ada", "éé")
    problem = ("must be at most 4 bytes, not 5",)
    assert refused(store.add, "ada", "ééa") == ("content", *problem)
    assert refused(store.add_many, [NewMemory("ada", "🙂a")]) == ("items[0].content", *problem)
    assert refused(store.update, memory.id, "abcde") == ("content", *problem)
    assert refused(store.for_tenant("acme").add, "ada", "abcde") == ("content", *problem)
    assert store.update(memory.id, "🙂").content == "🙂"
    assert store.verify().ok


@pytest.mark.parametrize("value", ["a" * MIB, "🙂" * (MIB // 4)], ids=["ASCII", "emoji"])
def test_the_limit_for_content_by_default(world, value):
    """Exactly 1 MiB comes in, and comes out as it was; one byte more does not."""
    memory = world.store.add("ada", value)
    assert world.store.get(memory.id).content == value
    before = world.seen()
    problem = "must be at most 1,048,576 bytes, not 1,048,577"
    assert refused(world.store.add, "ada", value + "a") == ("content", problem)
    assert world.seen() == before
    assert world.store.verify().ok


@pytest.mark.parametrize("given", [lambda: "x", lambda: ID.upper(), lambda: 7, lambda: None])
def test_an_id_source_that_gives_no_uuid(given):
    """It is refused as an argument would be, and nothing is written."""
    store = MemoryStore(ids=given)
    problem = "must be a uuid.UUID or its canonical text"
    assert refused(store.add, "ada", "Text") == ("ids", problem)
    assert store.contacts().items == store.revisions().items == ()
    assert store.verify().ok


def test_an_end_against_an_inherited_start(world):
    """An update that only sets the end is held against the start that it inherits."""
    memory = world.store.add("ada", "Sails", event_start=NOON)
    before = world.seen()
    early = NOON - timedelta(microseconds=1)
    problem = "must not be before event_start"
    assert refused(world.store.update, memory.id, "x", event_end=early) == ("event_end", problem)
    assert world.seen() == before
    assert world.store.update(memory.id, "x", event_end=NOON).event_start == NOON
    assert world.store.verify().ok


def test_what_looks_like_sql_is_stored_as_it_is(world):
    """A value is a value, whatever it looks like."""
    evil = "'); DROP TABLE versions; --"
    store = world.store
    memory = store.add(evil, evil, categories=[evil], metadata={evil: evil}, session_id=evil)
    assert store.memories(evil, metadata={evil: evil}).items == (memory,)
    assert store.memories(evil, categories=[evil], session_id=evil).items == (memory,)
    assert (memory.content, memory.metadata) == (evil, {evil: evil})
    assert store.verify().ok
