"""Dumps, altered line by line, field by field and byte by byte, and loaded.

May live here: making dumps, altering them, signing them anew, and what must hold after a load.
May not be known here: how a line is decoded.

Half of what is altered by structure is signed anew, as somebody would who knows the format: so the
rules behind the digest are asked too. Such a file may still be right, and then is loaded: verify()
must be ok, both backends must hold the same, and a dump must say what the file said.
"""

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any, Final

from versionchain import InvalidInputError, MemoryStore, MemoryStoreError, NewMemory
from versionchain.testing import Clock, Ids
from versionchain.testing.looking import difference, everything, plain

from .asking import Both, dumped, judged, told
from .values import MARK, NOON

Line = dict[str, Any]

_KINDS: Final = {
    "contact": "contacts",
    "revision": "revisions",
    "chain": "chains",
    "version": "versions",
    "connection": "connections",
}
ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, 2, 3, -1, 1 << 31, (1 << 63) - 1, 1 << 63, 1 << 64, 10**30),
    *(1.0, 1.5, -0.0, 1e308, "", " ", MARK, f"{MARK}\0", "\ud800", MARK * 300, "1"),
    *([], [[]], [[1, 2]], [[2, 1]], [[1, 3], [2, 4]], [1, 2], [MARK], ["ada"], {}, {MARK: MARK}),
    *(
        "2026-01-01T12:00:00+00:00",
        "2026-01-01T12:00:00Z",
        "2026-01-01",
        "0001-01-01T00:00:00+00:00",
    ),
    *("5a5a5a5a-0000-4000-8000-000000000000", "5A5A5A5A-0000-4000-8000-000000000000", "header"),
)


def grown(random: Random) -> bytes:
    """The dump of a tenant with every kind of fact in it."""
    store = MemoryStore(clock=Clock(NOON), ids=Ids(random.getrandbits(32)), actor=f"{MARK} actor")
    store.add("ada", f"{MARK} first", event_start=NOON, event_end=NOON + timedelta(1))
    said: dict[str, Any] = {"categories": [f"{MARK} c", "b"], "metadata": {"k": [MARK, 1.0, None]}}
    for _ in range(random.randint(8, 20)):
        living = [m for name in ("ada", "grace") for m in store.memories(name).items]
        one, other = random.choices(living, k=2) if living else (None, None)
        if one is None or other is None or random.random() < 0.3:
            items = [
                NewMemory(random.choice(["ada", "grace"]), f"{MARK} é", session_id="s", **said)
            ]
            store.add_many(items * random.choice([1, 1, 3]))
        elif random.random() < 0.5:
            store.update(one.id, f"{MARK} 🙂", metadata={"a": {"b": [1, 2.5, True]}})
        elif random.random() < 0.5:
            store.delete(one.id, reason=f"{MARK} why")
        elif random.random() < 0.5 and one.chain_id != other.chain_id:
            store.connect(one.id, other.id, metadata={"n": random.randrange(3)})
            if random.random() < 0.4:
                store.disconnect(one.id, other.id)
        else:
            newest = store.revisions(limit=1000).items[-1].number
            store.restore(random.randint(1, newest))
    return dumped(store)


def signed(lines: list[Line]) -> bytes:
    """Lines as a file, with right counts and a right digest where the last line is one."""
    *before, end = lines
    if end.get("kind") == "end":
        kinds = Counter(str(line.get("kind")) for line in before)
        counts = {name: kinds[kind] for kind, name in _KINDS.items()}
        digest = hashlib.blake2b(b"".join(map(_encoded, before)), digest_size=16).hexdigest()
        end = end | {"counts": counts, "digest": digest}
    return b"".join(map(_encoded, [*before, end]))


def _encoded(line: Line) -> bytes:
    try:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        text = json.dumps(line, separators=(",", ":")).encode()
    return text + b"\n"


def by_structure(random: Random, whole: bytes) -> bytes:
    """Altered as values: fields, keys, lines; then signed anew, by half."""
    lines = [json.loads(line) for line in whole.splitlines()]
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        random.choice(_STRUCTURE)(random, lines)
        if not lines:
            return b""
    if random.random() < 0.5:
        return b"".join(map(_encoded, lines))
    return signed(lines)


def _field(random: Random, lines: list[Line]) -> None:
    line = random.choice(lines)
    name = random.choice(list(line) or ["kind"])
    alike = [each[name] for each in lines if name in each]
    old = line.get(name)
    if type(old) is dict and old and random.random() < 0.8:
        line[name] = old | {random.choice(list(old)): random.choice(ODD)}
        return
    if type(old) is int and random.random() < 0.5:
        line[name] = old + random.choice([-2, -1, 1, 2])
        return
    line[name] = random.choice([random.choice(ODD), random.choice(alike or [None])])


def _pair(random: Random, lines: list[Line]) -> None:
    """A revision's number with the time that belongs to it, so that it is right by itself."""
    log = [each for each in lines if {"number", "created_at", "contacts"} <= each.keys()]
    times = {str(each["number"]): each["created_at"] for each in log}
    line = random.choice(lines)
    pairs = [("revision", "created_at"), ("deleted_revision", "deleted_at")]
    number, time = random.choice(pairs)
    if number in line and time in line and times:
        chosen = random.choice(list(times))
        line[number], line[time] = json.loads(chosen) if chosen.isdigit() else 1, times[chosen]


def _absences(random: Random, lines: list[Line]) -> None:
    """Past deletions by revisions that there are, in order or not."""
    newest = sum(line.get("kind") == "revision" for line in lines)
    those = [line for line in lines if "absences" in line]
    if those:
        edges = [random.randint(1, newest + 1) for _ in range(random.choice([2, 2, 4]))]
        edges = sorted(edges) if random.random() < 0.5 else edges
        random.choice(those)["absences"] = [edges[:2], edges[2:]][: len(edges) // 2]


def _key(random: Random, lines: list[Line]) -> None:
    line = random.choice(lines)
    if line and random.random() < 0.5:
        del line[random.choice(list(line))]
    else:
        line[random.choice([MARK, "", "kind", "id", "until"])] = random.choice(ODD)


def _lines(random: Random, lines: list[Line]) -> None:
    at, to = random.randrange(len(lines)), random.randrange(len(lines))
    how = random.randrange(5)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(to, dict(lines[at]))
    elif how == 2:
        lines[at], lines[to] = lines[to], lines[at]
    elif how == 3:
        lines.insert(to, lines.pop(at))
    else:
        del lines[min(at, to) : max(at, to)]


def _header(random: Random, lines: list[Line]) -> None:
    name = random.choice(["version", "format"])
    lines[0][name] = random.choice([2, 99, 1 << 70, *ODD])


_STRUCTURE: Final[list[Callable[[Random, list[Line]], None]]] = [
    *[_field] * 8,
    *[_lines] * 4,
    *[_absences] * 3,
    *(_pair, _pair, _key, _header),
]


def by_byte(random: Random, whole: bytes) -> bytes:
    """Altered as bytes: cut, flipped, put in, doubled; not signed anew."""
    altered = bytearray(whole)
    for _ in range(random.choice([1, 1, 1, 2, 5])):
        at = random.randrange(len(altered) or 1)
        how = random.randrange(6)
        if how == 0:
            del altered[at:]
        elif how == 1 and altered:
            altered[at] ^= 1 << random.randrange(8)
        elif how == 2:
            altered[at:at] = random.choice(_PIECES)
        elif how == 3:
            altered[at : at + random.randint(1, 40)] = b""
        elif how == 4:
            altered += altered[at:]
        else:
            altered = bytearray(random.choice(_WHOLE)(bytes(altered)))
    return bytes(altered)


_PIECES: Final = (
    *(b"\0", b"\n", b"\r\n", b"\xff", b"\xed\xa0\x80", b" ", b'"', b"{", b"}", b"[", b",", b"9"),
    *(b"9" * 5000, b"[" * 100_000, b'{"a":' * 50_000, b"\n" * 50, b"\xef\xbb\xbf", b"NaN", b"-"),
    *(
        b'"kind":"end",',
        b'{"kind":"contact","kind":"end"}\n',
        MARK.encode() * 9,
        b"1e999",
        b"\\ud800",
    ),
)
_WHOLE: Final[tuple[Callable[[bytes], bytes], ...]] = (
    lambda whole: whole.replace(b"\n", b"\r\n"),
    lambda whole: whole.rstrip(b"\n"),
    lambda whole: whole + whole,
    lambda whole: whole.decode(errors="replace").encode("utf-16"),
    lambda whole: b"\xef\xbb\xbf" + whole,
    lambda whole: whole.replace(b'":', b'": '),
    lambda whole: whole.replace(b'{"kind"', b'{"id":"x","kind"'),
    lambda whole: whole.replace(b'"version":1}', b'"version":2}', 1),
    lambda whole: bytes(reversed(whole)),
    lambda whole: b"",
)


class Loads:
    """Loads files into a tenant of both backends; a fresh one after each that was taken."""

    def __init__(self, both: Both, random: Random) -> None:
        self._both = both
        self._random = random
        self._whole = grown(random)
        self._empty = dumped(MemoryStore())
        self._turn = 0
        self._handles = self._fresh()
        self.taken = 0

    def _fresh(self) -> list[MemoryStore]:
        self._turn += 1
        return [store.for_tenant(f"load {self._turn}") for store in self._both.stores]

    def right(self) -> Iterator[str]:
        """A dump as it was made is taken."""
        yield from self._load(self._whole, must=True)

    def altered(self) -> Iterator[str]:
        """One that was altered is refused by its line, or is still right."""
        alter = self._random.choice([by_structure, by_structure, by_byte])
        file = alter(self._random, self._whole)
        for finding in self._load(file, must=file == self._whole):
            yield f"{finding}; the file: {_shown(file, self._whole)}"

    def _load(self, file: bytes, *, must: bool) -> Iterator[str]:
        answers = [told(lambda h=each: h.load(io.BytesIO(file))) for each in self._handles]  # type: ignore[misc]
        if any(answer.kind for answer in answers):
            if must:
                yield f"refused: {answers[0].said}"
            yield from judged(answers, InvalidInputError)
            yield from self._nothing(answers[0].said, file)
        else:
            self.taken += 1
            yield from self._loaded(file)
            self._handles = self._fresh()
        if not self._both.unchanged():
            yield "another tenant was written to"

    def _nothing(self, said: str, file: bytes) -> Iterator[str]:
        if any(dumped(each) != self._empty for each in self._handles):
            yield "refused, and something was loaded"
        line = re.match(r"line (\d+): \S", said)
        if line is None:
            yield f"no line is named: {said!r}"
            return
        first = _same_lines(file, self._whole) + 1
        last = len(file.split(b"\n")) + 1
        if not first <= int(line[1]) <= last:
            yield f"line {line[1]} is named, the first altered is {first} of {last}"

    def _loaded(self, file: bytes) -> Iterator[str]:
        memory, sqlite = self._handles
        for each in self._handles:
            try:
                report = each.verify()
            except MemoryStoreError as error:
                yield f"loaded, and verify() raises {error!r}"
                return
            if not report.ok:
                yield f"loaded, and verify() says {report.violations[:3]}"
        again = dumped(memory)
        if again != dumped(sqlite):
            yield "loaded, and the backends dump differently"
        if differs := difference(plain(everything(memory)), plain(everything(sqlite))):
            yield f"loaded, and the backends answer differently: {differs[:300]}"
        for one, other in zip(_meant(file), _meant(again), strict=True):
            if one != other:
                yield f"loaded, and dumped differently: {one[:300]} is {other[:300]}"


def _same_lines(one: bytes, other: bytes) -> int:
    pairs = zip(one.split(b"\n"), other.split(b"\n"), strict=False)
    same = [a == b for a, b in pairs]
    return same.index(False) if False in same else len(same) - 1


def _meant(file: bytes) -> list[str]:
    """What the lines say: the order of keys and blanks and the same label twice say nothing."""
    lines = [json.loads(line) for line in file.splitlines()]
    for line in lines:
        if line["kind"] == "version":
            line["categories"] = list(dict.fromkeys(line["categories"] or ()))
        line.pop("digest", None)
    return [json.dumps(line, sort_keys=True) for line in lines]


def _shown(file: bytes, whole: bytes) -> str:
    at = _same_lines(file, whole)
    line = [*file.split(b"\n"), b"", b""][at]
    return f"{len(file)} bytes, line {at + 1} is {line[:400]!r}"
