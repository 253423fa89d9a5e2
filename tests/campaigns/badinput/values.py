"""Bad values, rule by rule, and what each must be refused with.

May live here: values. May not be known here: which call takes them.

Whatever holds text holds MARK, so that an error that repeats it is seen.
"""

import io
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

from versionchain import (
    DuplicateIdError,
    InvalidInputError,
    MemoryStoreError,
    NewMemory,
    NotFoundError,
    StaleVersionError,
)
from versionchain.chain import INHERIT

MARK: Final = "do-not-repeat-me"
UNKNOWN: Final = "ffffffff-ffff-4fff-8fff-ffffffffffff"
NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)

Bad = tuple[Any, type[MemoryStoreError]]
"""A value, and the error that it must be refused with."""


class Text(str):
    """A string that is not quite one."""

    __slots__ = ()


class Number(int):
    """An int that is not quite one."""


class Row(dict[Any, Any]):
    """A dict that is not quite one."""


class Name(StrEnum):
    """A str by its class."""

    MARK = MARK


Pair = namedtuple("Pair", "left right")


def _own_error(*args: object) -> Any:
    raise RuntimeError(MARK)


class Hostile:
    """Whatever is asked of it raises, and says what nobody should repeat."""

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _own_error
    __str__ = __repr__ = __format__ = __hash__ = __iter__ = __len__ = __bool__ = _own_error
    __int__ = __float__ = __index__ = __fspath__ = __contains__ = __getitem__ = _own_error


_ASKED: Final = ("eq", "ne", "lt", "gt", "str", "repr", "hash", "iter", "len", "bool")


def hostile(kind: type[Any], *args: Any) -> Any:
    """A value of a subclass of a builtin of which nothing may be asked."""
    asked = {f"__{name}__": _own_error for name in _ASKED}
    return type(f"Hostile{kind.__name__}", (kind,), asked)(*args)


class _NoOffset(tzinfo):
    """A zone that answers with what is no offset."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def utcoffset(self, moment: datetime | None) -> Any:
        """No offset."""
        return self._answer


def _circle(kind: type[Any]) -> Any:
    value = kind()
    if kind is dict:
        value[MARK] = value
    else:
        value += [value, value]
    return value


def _nested(depth: int, random: Random) -> Any:
    value: Any = {MARK: MARK}
    for _ in range(depth - 1):
        value = {MARK: value} if random.random() < 0.5 else [value]
    return value if type(value) is dict else {MARK: value}


def refused(*values: Any) -> list[Bad]:
    """Values that are no input at all."""
    return [(value, InvalidInputError) for value in values]


def no_string(random: Random) -> list[Bad]:
    """What is no str."""
    return refused(
        *(7, -1, True, False, 1.5, float("nan"), 1 << 70, Decimal(1), 1j),
        *(MARK.encode(), bytearray(MARK.encode()), memoryview(MARK.encode())),
        *([MARK], (MARK,), {MARK}, {MARK: MARK}, frozenset({MARK}), iter([MARK])),
        *(Text(MARK), Name.MARK, UUID(int=5), NOON, object(), Hostile(), Hostile, len),
        *(hostile(str, MARK), _circle(list), _circle(dict), io.StringIO(MARK)),
    )


def blank(random: Random) -> list[Bad]:
    """What says nothing."""
    return refused("", " ", "\t\n", "\u00a0", "\u2003\u3000", " " * random.randint(2, 40))


def unstorable(random: Random) -> list[Bad]:
    """Text with a character that no storage takes, somewhere in it, but not in the mark."""
    text = "é🙂a"[: random.randrange(4)]
    at = random.randint(0, len(text))
    bad = random.choice(["\0", "\ud800", "\udfff", "\udc80", "\ud83d\ude42"])
    said = text[:at] + bad + text[at:]
    return refused(MARK + said, said + MARK, "\0", "\ud800")


def text(most: int) -> Callable[[Random], list[Bad]]:
    """No text of at most `most` characters."""

    def bad(random: Random) -> list[Bad]:
        more = random.choice([1, 2, 100, 100_000])
        long = refused((MARK * most)[:most] + "x" * more, "🙂" * (most + more))
        return no_string(random) + blank(random) + unstorable(random) + long

    return bad


def content(random: Random) -> list[Bad]:
    """No text of at most a mebibyte."""
    size = (1 << 20) + random.choice([1, 2, 1000])
    long = random.choice([MARK + "x" * (size - len(MARK)), "é" * (1 + size // 2)])
    return no_string(random) + blank(random) + unstorable(random) + refused(long)


def categories(random: Random) -> list[Bad]:
    """No list or tuple of labels."""
    (label, _) = random.choice([*text(512)(random), (None, InvalidInputError)])
    several = [label, *[f"{MARK}{n}" for n in range(random.randrange(4))]]
    random.shuffle(several)
    return refused(
        *(MARK, "", MARK.encode(), 7, True, 1.5, {MARK}, {MARK: 1}, iter([MARK]), object()),
        *(Hostile(), hostile(list, [MARK]), hostile(tuple, (MARK,)), _circle(list), range(3)),
        *(several, tuple(several), [[MARK]], (MARK for _ in "ab")),
    )


def metadata(random: Random) -> list[Bad]:
    """No dict of JSON values, or one too large."""
    (bad,) = random.choices(_no_json(random))
    inside: Any = {MARK: bad}
    for _ in range(random.randrange(5)):
        inside = random.choice([{MARK: inside}, {"a": [MARK, inside]}, {"a": (inside, 1)}])
    keys = [
        7,
        None,
        True,
        1.5,
        (MARK,),
        Text(MARK),
        Name.MARK,
        MARK.encode(),
        f"{MARK}\0",
        "\ud800",
    ]
    return refused(
        inside,
        {random.choice(keys): MARK},
        {MARK: {random.choice(keys): MARK}},
        *(7, True, 0, "", MARK, MARK.encode(), [], [(MARK, 1)], (), {MARK}, object(), Hostile()),
        *(Row(a=MARK), OrderedDict(a=MARK), hostile(dict, {MARK: 1}), Pair(MARK, 1)),
        *({MARK: "x" * (64 << 10)}, {MARK * 5000: 1}, {MARK: ["€" * 22_000]}, {MARK: [0] * 40_000}),
        *(_nested(random.choice([33, 34, 100, 900]), random), _circle(dict)),
        {MARK: _circle(list)},
        {f"{MARK}{n}": {f"{m}": MARK for m in range(60)} for n in range(60)},
    )


def _no_json(random: Random) -> list[Any]:
    far = 1 << random.choice([63, 64, 100, 20_000])
    return [
        *(float("nan"), float("inf"), -float("inf"), far, -far - 1, 1j, Decimal(1)),
        *(MARK.encode(), {MARK}, NOON, UUID(int=1), object(), Hostile(), len, INHERIT),
        *(Text(MARK), Number(1), Row(a=MARK), Name.MARK, Pair(MARK, 1), OrderedDict(a=1)),
        *(f"{MARK}\0", f"{MARK}\ud800", hostile(str, MARK), hostile(int, 1), hostile(list, [1])),
    ]


def identifier(random: Random) -> list[Bad]:
    """No UUID and no canonical text of one; or one that nothing has."""
    id = str(UUID(int=random.getrandbits(128)))
    at = random.randrange(36)
    letter = "abcdef00-1111-4111-8111-fedcbaabcdef"
    return [
        *no_string_or_uuid(random),
        *refused("", " ", MARK, f"{MARK}\0", "\ud800" * 36, MARK * 100, f"{id}\n", f" {id}"),
        *refused(letter.upper(), f"{{{id}}}", f"urn:uuid:{id}", id.replace("-", ""), id[:-1]),
        *refused(id[:at] + random.choice("g🙂\0 \ud800-Z\uff46x") + id[at + 1 :] + "0"),
        *refused(id[:at] + random.choice("gG🙂\0 \ud800Zé\uff46") + id[at + 1 :]),
        *refused(UUID(id).bytes, UUID(id).int, UUID(id).urn, UUID(id).hex),
    ]


def no_string_or_uuid(random: Random) -> list[Bad]:
    """What is no str, and no UUID either."""
    return [bad for bad in no_string(random) if type(bad[0]) is not UUID]


def asked(random: Random) -> list[Bad]:
    """No id, or the id of nothing."""
    unknown: list[Any] = [UNKNOWN, UUID(UNKNOWN), str(UUID(int=random.getrandbits(128)))]
    return identifier(random) + [(id, NotFoundError) for id in unknown]


def expected(random: Random) -> list[Bad]:
    """No id, or not that of the latest version."""
    return [*identifier(random), (UNKNOWN, StaleVersionError), (UUID(UNKNOWN), StaleVersionError)]


def new_id(random: Random) -> list[Bad]:
    """No id, or one that is taken."""
    return [*identifier(random), (TAKEN, DuplicateIdError), (UUID(TAKEN), DuplicateIdError)]


TAKEN: Final = "5a5a5a5a-0000-4000-8000-000000000000"
"""The id of a version that the world has."""


def moment(random: Random) -> list[Bad]:
    """No aware datetime."""
    far = timezone(timedelta(hours=random.choice([-23, -1])))
    return refused(
        *(7, True, 1.5, MARK, "2026-01-01T00:00:00+00:00", MARK.encode(), date(2026, 1, 1)),
        *(NOON.time(), timedelta(1), datetime(2026, 1, 1), datetime(2026, 1, 1, fold=1)),
        *(NOON.replace(tzinfo=_NoOffset(None)), NOON.replace(tzinfo=_NoOffset(MARK))),
        *(NOON.replace(tzinfo=_NoOffset(timedelta(2))), NOON.replace(tzinfo=tzinfo())),
        datetime(9999, 12, 31, 23, 30, tzinfo=far),
        datetime(1, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))),
        *(object(), Hostile(), [NOON], {MARK: NOON}, datetime),
    )


def flag(random: Random) -> list[Bad]:
    """Neither True nor False."""
    return refused(None, 0, 1, 1.0, "", "yes", MARK, [], [MARK], object(), Hostile(), Text(MARK))


def integer(least: int, most: int | None = None) -> Callable[[Random], list[Bad]]:
    """No int of at least `least`."""

    def bad(random: Random) -> list[Bad]:
        beyond = [least - 1, least - random.randint(1, 1000), -(1 << random.randint(8, 20_000))]
        if most is not None:
            beyond += [most + 1, most + random.randint(1, 1000), 1 << random.randint(12, 20_000)]
        return refused(*beyond) + no_integer(random)

    return bad


def no_integer(random: Random) -> list[Bad]:
    """No int at all."""
    return refused(
        *(True, False, 1.0, 1.5, float("nan"), float("inf"), "1", MARK, b"1", Decimal(1), 1j),
        *(
            [1],
            (1,),
            {1: 1},
            object(),
            Hostile(),
            Number(1),
            hostile(int, 1),
            "",
            "\0",
            NOON.date(),
        ),
    )


def revision(random: Random) -> list[Bad]:
    """No int, or no revision's number."""
    far = [0, -1, 10_000, 1 << 63, 1 << 64, -(1 << 70), 1 << 20_000]
    return [*no_integer(random), (None, InvalidInputError), *((n, NotFoundError) for n in far)]


def at(random: Random) -> list[Bad]:
    """No int of 0 or more, no aware datetime, or above the newest revision."""
    far = [10_000, 1 << 63, 1 << 64, 1 << 20_000]
    naive = [bad for bad in moment(random) if type(bad[0]) is not int]
    return [*integer(0)(random), *naive, *((n, NotFoundError) for n in far)]


def status(random: Random) -> list[Bad]:
    """No Status."""
    values = ("CURRENT", "DELETED", MARK, "", 0, True, b"CURRENT", Text("CURRENT"), Name.MARK)
    return refused(*values, [], object(), Hostile(), hostile(str, "CURRENT"))


def seconds(random: Random) -> list[Bad]:
    """No number of seconds."""
    numbers = (-1, -0.1, 86_401, 1e300, float("nan"), float("inf"), 1 << 2000, True, Number(1))
    return refused(*numbers, None, "1", MARK, b"1", 1j, Decimal(1), [], object(), Hostile())


def durability(random: Random) -> list[Bad]:
    """Neither of the two words."""
    words = ("", "FULL", "off", MARK, f"full{MARK}", "full\0", Text("full"), hostile(str, "full"))
    return refused(*words, None, 1, True, b"full", ["full"], {}, object(), Hostile())


def called(random: Random) -> list[Bad]:
    """What can't be called."""
    return refused(7, True, MARK, NOON, UUID(int=1), [len], {}, (), object(), Hostile())


def backend(random: Random) -> list[Bad]:
    """What is no backend: a path above all."""
    return refused(7, True, MARK, "agent.db", Path(MARK), [], {}, object(), Hostile(), len, io)


def items(random: Random) -> list[Bad]:
    """No records."""
    good = NewMemory("ada", MARK)
    bad = random.choice(
        [None, 7, MARK, (MARK, MARK), {"content": MARK}, object(), Hostile(), good.id]
    )
    several = [good, bad, good][random.randrange(2) :]
    return refused(
        *(None, 7, True, 1.5, MARK, MARK.encode(), good, NewMemory, object(), {MARK: 1}, {MARK}),
        *(
            several,
            tuple(several),
            dict.fromkeys(map(id, several)),
            [[good]],
            [NewMemory],
            range(2),
        ),
    )


def cursor(random: Random) -> list[Bad]:
    """What is no str; those that are, `cursors` makes."""
    odd = ("", " ", MARK, f"{MARK}\0", "\ud800", "é" * 20, "=" * 12, "AAAA" * 500, "A", "A" * 5)
    return no_string(random) + refused(*odd)
