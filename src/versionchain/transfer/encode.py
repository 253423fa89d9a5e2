"""Facts as lines.

May live here: the format. May not be known here: files, or where the facts come from.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from attrs import asdict, evolve, frozen

from ..facts import ChainFacts, ConnectionFacts, VersionFacts
from ..model import Revision

FORMAT: Final = "versionchain"
FORMAT_VERSION: Final = 1
DIGEST_BYTES: Final = 16

Fact = str | Revision | ChainFacts | ConnectionFacts
"""A contact's id, or one of the records."""

Values = dict[str, Any]


@frozen
class Transfer:
    """What a dump wrote or a load read.

    Attributes:
        contacts: the contacts ever seen.
        revisions: the revisions.
        chains: the memories, ended ones too.
        versions: the versions, deleted ones too.
        connections: the connections, one for each interval.
    """

    contacts: int = 0
    revisions: int = 0
    chains: int = 0
    versions: int = 0
    connections: int = 0

    def plus(self, fact: Fact) -> "Transfer":
        """The counts with one fact more. O(1)."""
        match fact:
            case str():
                return evolve(self, contacts=self.contacts + 1)
            case Revision():
                return evolve(self, revisions=self.revisions + 1)
            case ChainFacts():
                versions = self.versions + len(fact.versions)
                return evolve(self, chains=self.chains + 1, versions=versions)
            case ConnectionFacts():
                return evolve(self, connections=self.connections + 1)


def encode(facts: Iterable[Fact]) -> Iterator[bytes]:
    r"""The lines for facts that come in order: contacts, revisions, chains, connections.

    O(their size), and memory for one chain.

    Example:
        >>> [line.decode()[:30] for line in encode(["ada"])][1:]
        ['{"kind":"contact","id":"ada"}\n', '{"kind":"end","counts":{"conta']
    """
    import hashlib  # needed by few, and 2 ms of the package's import

    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    counts = Transfer()

    def line(values: Values) -> bytes:
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        encoded = text.encode() + b"\n"
        digest.update(encoded)
        return encoded

    yield line({"kind": "header", "format": FORMAT, "version": FORMAT_VERSION})
    for fact in facts:
        yield from map(line, _values(fact))
        counts = counts.plus(fact)
    yield line({"kind": "end", "counts": asdict(counts), "digest": digest.hexdigest()})


def _values(fact: Fact) -> Iterator[Values]:
    match fact:
        case str():
            yield {"kind": "contact", "id": fact}
        case Revision():
            yield _revision(fact)
        case ChainFacts():
            yield {
                "kind": "chain",
                "id": fact.chain_id,
                "contact_id": fact.contact_id,
                "last_number": fact.last_number,
                "versions": len(fact.versions),
            }
            yield from map(_version, fact.versions)
        case ConnectionFacts():
            yield _connection(fact)


def _revision(revision: Revision) -> Values:
    return {
        "kind": "revision",
        "number": revision.number,
        "created_at": _text(revision.created_at),
        "operation": revision.operation,
        "actor": revision.actor,
        "reason": revision.reason,
        "counts": asdict(revision.counts),
        "contacts": list(revision.contacts),
    }


def _version(facts: VersionFacts) -> Values:
    version = facts.version
    return {
        "kind": "version",
        "id": version.id,
        "number": version.number,
        "content": version.content,
        "categories": list(version.categories),
        "metadata": version.metadata,
        "session_id": version.session_id,
        "event_start": _text(version.event_start),
        "event_end": _text(version.event_end),
        "created_at": _text(version.created_at),
        "revision": version.revision,
        "ordinal": facts.ordinal,
        "absences": [list(interval) for interval in facts.absences],
        "deleted_at": _text(version.deleted_at),
        "deleted_revision": version.deleted_revision,
    }


def _connection(facts: ConnectionFacts) -> Values:
    connection = facts.connection
    return {
        "kind": "connection",
        "source_id": connection.source_id,
        "target_id": connection.target_id,
        "name": connection.kind,
        "metadata": connection.metadata,
        "created_at": _text(connection.created_at),
        "revision": connection.revision,
        "until": facts.until,
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
