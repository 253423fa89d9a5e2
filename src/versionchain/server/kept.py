"""What the services keep beside memories: projects, organizations, their keys, and people.

May live here: how that is written into the store, as memories of tenants of the server's own, so
that it lives as long as the store does. May not be known here: requests and answers.

The tenant `versionchain.server` holds the realms: a contact "recallr" or "callers", and a memory
for each realm. The tenant `versionchain.server/recallr/<project>` holds a project's users, and
`versionchain.server/callers/<organization>` an organization's contacts: whoever it is is the
contact, and the record is that contact's one memory.
"""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, Literal

from attrs import evolve, frozen

from .. import InvalidInputError, MemoryStore, MemoryVersion

TENANT: Final = "versionchain.server"
MOST_NAME: Final = 400  # what is left of a tenant's 512 characters is the server's own
EVERYTHING: Final = 1000
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

Service = Literal["recallr", "callers"]


@frozen
class Realm:
    """A tenant that a service knows: a RecallrAI project, a Callers organization or a part of one.

    Attributes:
        id: the project's or organization's id, which is the tenant's name.
        keys: the API keys that open it.
        parent: the organization that a sub-organization belongs to, or None.
        categories: those that a project knows even where no memory has them.
    """

    id: str
    keys: tuple[str, ...] = ()
    parent: str | None = None
    categories: tuple[str, ...] = ()


class Kept:
    """The realms of both services, and the people in them. Safe for threads.

    Realms are read once and written through, since every request asks for one; another process on
    the same file sees new ones when it starts.
    """

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._own = store.for_tenant(TENANT, actor=TENANT)
        self._lock = threading.Lock()
        self._realms: dict[Service, dict[str, Realm]] = {"recallr": {}, "callers": {}}
        for service, realms in self._realms.items():
            for record in reversed(everything(self._own, service)):
                realm = _decoded(record)
                realms[realm.id] = realm

    def realm(self, service: Service, id: str) -> Realm | None:
        """The realm with this id, or None. O(1)."""
        return self._realms[service].get(id)

    def realms(self, service: Service) -> tuple[Realm, ...]:
        """All realms of a service, in the order in which they were made known. O(realms)."""
        return tuple(self._realms[service].values())

    def opened_by(self, service: Service, key: str) -> tuple[Realm, ...]:
        """The realms that a key opens. O(realms)."""
        return tuple(realm for realm in self.realms(service) if key in realm.keys)

    def register(self, service: Service, realm: Realm) -> Realm:
        """Makes a realm known, or gives a known one more keys and categories. O(log n).

        Raises:
            InvalidInputError: its id is the server's own, too long, or none of a tenant's; or it
                is part of another organization already. Nothing changed.
        """
        if realm.id == TENANT or realm.id.startswith(TENANT + "/"):
            raise InvalidInputError("id", f"must not begin with {TENANT}")
        if len(realm.id) > MOST_NAME:
            raise InvalidInputError("id", f"must be at most {MOST_NAME} characters")
        self._store.for_tenant(realm.id)  # the library says whether it may be a tenant's name
        with self._lock:
            known = self._realms[service].get(realm.id)
            if known is not None:
                if known.parent != realm.parent:
                    raise InvalidInputError("id", "is taken by another organization")
                realm = evolve(
                    known,
                    keys=_merged(known.keys, realm.keys),
                    categories=_merged(known.categories, realm.categories),
                )
            if realm != known:
                self._write(service, realm)
            self._realms[service][realm.id] = realm
        return realm

    def memories(self, realm: Realm) -> MemoryStore:
        """The handle on a realm's memories. O(1)."""
        return self._store.for_tenant(realm.id)

    def people(self, service: Service, realm: Realm) -> MemoryStore:
        """The handle on the records of a realm's users or contacts. O(1)."""
        return self._store.for_tenant(f"{TENANT}/{service}/{realm.id}", actor=TENANT)

    def clear(self) -> None:
        """Erases all of it for good, and the memories of every realm. O(n), in a file O(files)."""
        with self._lock:
            for service, realms in self._realms.items():
                for realm in realms.values():
                    wipe(self.memories(realm))
                    wipe(self.people(service, realm))
                realms.clear()
            wipe(self._own)

    def _write(self, service: Service, realm: Realm) -> None:
        facts: dict[str, Any] = {
            "id": realm.id,
            "keys": list(realm.keys),
            "parent": realm.parent,
            "categories": list(realm.categories),
        }
        with self._own.transaction() as tx:
            found = tx.memories(service, metadata={"id": realm.id}, limit=1).items
            if found:
                tx.update(found[0].id, realm.id, metadata=facts)
            else:
                tx.add(service, realm.id, metadata=facts)


def record_of(people: Any, contact_id: str) -> MemoryVersion | None:
    """The record of one user or contact, or None: also for an id that can be nobody's. O(log n)."""
    try:
        found = people.memories(contact_id, limit=1).items
    except InvalidInputError:
        return None
    record: MemoryVersion | None = found[0] if found else None
    return record


def everything(store: MemoryStore, contact_id: str, **filters: Any) -> list[MemoryVersion]:
    """All of a contact's memories, each as its latest version, the newest first. O(them)."""
    kept: list[MemoryVersion] = []
    after = None
    while True:
        page = store.memories(contact_id, limit=EVERYTHING, after=after, **filters)
        kept += page.items
        after = page.next_cursor
        if after is None:
            return kept


def everybody(store: MemoryStore) -> Iterator[str]:
    """Every contact that has a memory, in order. O(contacts)."""
    after = None
    while True:
        page = store.contacts(limit=EVERYTHING, after=after)
        yield from page.items
        after = page.next_cursor
        if after is None:
            return


def wipe(store: MemoryStore) -> None:
    """Erases what a tenant keeps; the numbers of its revisions go on. O(n), in a file O(it)."""
    if not store.revisions(limit=1).items:
        return
    with store.transaction(reason="reset") as tx:
        for contact_id in list(everybody(store)):
            tx.delete_contact(contact_id)
    store.erase_deleted(before=_NEVER, reason="reset")


def _decoded(record: MemoryVersion) -> Realm:
    facts = record.metadata
    return Realm(facts["id"], tuple(facts["keys"]), facts["parent"], tuple(facts["categories"]))


def _merged(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))
