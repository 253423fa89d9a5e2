"""What tests do to the fakes beside asking them: seed, reset, move the clock, let requests fail.

May live here: those calls, in Python. May not be known here: their path in HTTP
(`versionchain.server.control_routes`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from .. import (
    Connection,
    InvalidInputError,
    MemoryStore,
    MemoryVersion,
    NotFoundError,
    TransactionError,
)
from .callers import ids as callers_ids
from .callers import people as callers_people
from .clock import Movable
from .faults import Faults, How
from .kept import Kept, Realm, Service
from .recallr import users as recallr_users
from .recallr.users import User

Keys = Mapping[str, Sequence[str]]


class Control:
    """The seeding interface of an app: `control_of(app)` gives it. Safe for threads.

    Attributes:
        recallr: what RecallrAI would have learned from sessions.
        callers: the organizations of Callers.ai and what calls would have left there.
        faults: the failures that wait for requests.
        kept: what both services keep beside memories.

    Example:
        >>> from versionchain import MemoryStore
        >>> from versionchain.server import control_of, create_app
        >>> control = control_of(create_app(MemoryStore()))
        >>> _ = control.recallr.create_user("ada")
        >>> home = control.recallr.add("ada", "Lives in Bonn", categories=["place"])
        >>> control.recallr.update(home.id, "Lives in Kiel").number
        2
    """

    def __init__(
        self,
        store: MemoryStore,
        *,
        recallr_keys: Keys,
        callers_keys: Mapping[str, str],
        new_id: Callable[[], UUID | str],
        clock: object = None,
    ) -> None:
        self.faults = Faults()
        self.kept = Kept(store)
        self._clock = clock
        self._recallr_keys = {key: tuple(projects) for key, projects in recallr_keys.items()}
        self._callers_keys = dict(callers_keys)
        projects = (each for listed in self._recallr_keys.values() for each in listed)
        self.recallr = RecallrControl(self.kept, next(projects, None))
        organization = next(iter(self._callers_keys.values()), None)
        self.callers = CallersControl(self.kept, organization, new_id)
        self._register()

    def reset(self) -> None:
        """Erases what both services know, and starts again with the keys of `create_app`.

        Memories of every project and organization go for good, with users, contacts, projects and
        organizations that were made since, and the failures that wait. Other tenants of the store
        stay, the clock stays where it is, and revisions go on by number.

        Cost: O(n); in a file O(the file), for each tenant.
        """
        self.faults.clear()
        self.kept.clear()
        self._register()

    def advance(self, by: timedelta) -> None:
        """Moves the clock on. The clock is the one that `create_app` was given.

        Raises:
            InvalidInputError: it goes back, which the store's times would not follow.
            TransactionError: the app has no clock that can be moved.
        """
        if by < timedelta(0):
            raise InvalidInputError("by", "must not go back")
        if not isinstance(self._clock, Movable):
            raise TransactionError(
                "This server's clock can't be moved: give MemoryStore and create_app a "
                "versionchain.server.ShiftedClock."
            )
        self._clock.move(by)

    def fail_next(self, count: int, how: How | str, *, seconds: float = 5.0) -> None:
        """Lets the next `count` requests to either service fail: `Faults.fail_next`.

        Raises:
            InvalidInputError: an argument may not come in; nothing changed.
        """
        self.faults.fail_next(count, how, seconds)

    def _register(self) -> None:
        for key, projects in self._recallr_keys.items():
            for project in projects:
                self.recallr.create_project(project, key=key)
        for key, organization in self._callers_keys.items():
            self.callers.create_organization(organization, key=key)


class _Seeding:
    """What both services' seeding has in common: whose memories."""

    service: Service
    what: str

    def __init__(self, kept: Kept, first: str | None) -> None:
        self._kept = kept
        self._first = first

    def realm(self, id: str | None) -> Realm:
        """The project or organization with this id; None: the first of `create_app`'s keys. O(1).

        Raises:
            NotFoundError: there is none.
        """
        wanted = self._first if id is None else id
        found = None if wanted is None else self._kept.realm(self.service, wanted)
        if found is None:
            raise NotFoundError(self.what, wanted)
        return found


class RecallrControl(_Seeding):
    """Makes what the RecallrAI service itself makes out of sessions.

    `project` is everywhere the id of a project; None is the first of `create_app`'s keys.
    """

    service: Service = "recallr"
    what = "project"

    def create_project(self, id: str, *, key: str, categories: Iterable[str] = ()) -> Realm:
        """A project that a key opens; a known one gets the key and categories besides. O(log n).

        Args:
            id: the project's, 1 to 400 characters; it names the tenant.
            key: the API key. The real client refuses one that does not begin with "rai_".
            categories: categories to know, beside those that memories of the project have.

        Raises:
            InvalidInputError: an argument may not come in; nothing changed.
        """
        return self._kept.register("recallr", Realm(id, (_key(key),), None, tuple(categories)))

    def create_user(
        self,
        user_id: str,
        *,
        project: str | None = None,
        metadata: dict[str, Any] | None = None,
        merge_conflict_enabled: bool | None = None,
    ) -> User:
        """A user, as `POST /users` makes one. O(log n).

        Raises:
            versionchain.server.recallr.users.UserExistsError: there is one with this id.
            NotFoundError: there is no such project.
            InvalidInputError: an argument may not come in. Nothing changed.
        """
        realm = self.realm(project)
        people = self._kept.people("recallr", realm)
        return recallr_users.create(people, user_id, metadata, merge_conflict_enabled)

    def add(
        self,
        user_id: str,
        content: str,
        *,
        project: str | None = None,
        categories: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
        session_id: str | None = None,
        event_date_start: datetime | None = None,
        event_date_end: datetime | None = None,
        id: str | UUID | None = None,
    ) -> MemoryVersion:
        """A new memory of a user; `MemoryStore.add`. Its `id` is the service's `memory_id`.

        Args:
            user_id: the `custom_user_id` of a user that exists.
            content: the text.
            project: whose user.
            categories: labels, which the project then knows.
            metadata: what `session_metadata_filter` compares.
            session_id: the session that it was learned in.
            event_date_start: when what it tells of began.
            event_date_end: when that ended.
            id: the memory's id; None takes one from the store's source.

        Raises:
            NotFoundError: there is no such user or project.
            DuplicateIdError: the id is taken.
            InvalidInputError: an argument may not come in. Nothing changed.
        """
        realm = self.realm(project)
        user = recallr_users.find(self._kept.people("recallr", realm), user_id)
        if user is None:
            raise NotFoundError("user", user_id)
        return self._kept.memories(realm).add(
            user.contact_id,
            content,
            categories=list(categories),
            metadata=metadata,
            session_id=session_id,
            event_start=event_date_start,
            event_end=event_date_end,
            id=id,
        )

    def update(
        self, memory_id: str | UUID, content: str, *, project: str | None = None, **fields: Any
    ) -> MemoryVersion:
        """A new version of a memory, after its latest.

        Args:
            memory_id: any of its versions.
            content: the new text.
            project: whose memory.
            fields: what else `add` takes but the user; what is left out is inherited.

        Raises:
            NotFoundError: there is no such memory or project.
            StaleVersionError: somebody else updated it just now.
            InvalidInputError: an argument may not come in. Nothing changed.
        """
        memories = self._kept.memories(self.realm(project))
        named = {name.replace("event_date", "event"): value for name, value in fields.items()}
        return memories.update(memories.latest(memory_id).id, content, **named)

    def connect(
        self,
        source_id: str | UUID,
        target_id: str | UUID,
        *,
        project: str | None = None,
        kind: str = "related",
    ) -> Connection:
        """Connects two memories of one user, each named by any of its versions.

        Raises:
            NotFoundError: there is no such memory or project, or they are of two users.
            InvalidInputError: an argument may not come in. Nothing changed.
        """
        memories = self._kept.memories(self.realm(project))
        contact_id = memories.latest(source_id).contact_id
        return memories.connect(source_id, target_id, kind=kind, contact_id=contact_id)


class CallersControl(_Seeding):
    """Makes what the Callers.ai service itself makes out of calls.

    `organization` is everywhere the id of an organization or sub-organization; None is the first
    of `create_app`'s keys.
    """

    service: Service = "callers"
    what = "organization"

    def __init__(self, kept: Kept, first: str | None, new_id: Callable[[], UUID | str]) -> None:
        super().__init__(kept, first)
        self._new_id = new_id

    def create_organization(
        self, id: str, *, key: str, sub_organizations: Iterable[str] = ()
    ) -> Realm:
        """An organization that a key opens; a known one gets the key and parts besides. O(parts).

        Args:
            id: the organization's, 1 to 400 characters; it names the tenant.
            key: the API key.
            sub_organizations: its parts, each a tenant of its own with contacts of its own.

        Raises:
            InvalidInputError: an argument may not come in, or a part is another organization's.
        """
        made = self._kept.register("callers", Realm(id, (_key(key),)))
        for part in sub_organizations:
            self._kept.register("callers", Realm(part, (), id))
        return made

    def create_contact(
        self,
        contact_id: str | None = None,
        *,
        organization: str | None = None,
        phone_number: str | None = None,
    ) -> str:
        """Makes a contact known, and answers with its id. A known one gets the number. O(log n).

        Args:
            contact_id: its id; None makes one of 24 hexadecimal digits.
            organization: whose contact.
            phone_number: what the contact's new memories carry as `phoneNumber`.

        Raises:
            NotFoundError: there is no such organization.
            InvalidInputError: an argument may not come in. Nothing changed.
        """
        realm = self.realm(organization)
        wanted = callers_ids.to_hex(self.new_id()) if contact_id is None else contact_id
        callers_people.create(self._kept.people("callers", realm), wanted, phone_number)
        return wanted

    def add(
        self,
        contact_id: str,
        text: str,
        *,
        name: str = "Memory",
        organization: str | None = None,
        phone_number: str | None = None,
        campaign_id: str | None = None,
        id: str | None = None,
    ) -> MemoryVersion:
        """A new memory of a contact, which is known from then on. `id_of` gives its wire id.

        Args:
            contact_id: whose.
            text: what it says.
            name: its title.
            organization: whose contact.
            phone_number: the number that was called; None: the contact's.
            campaign_id: the campaign of the call.
            id: 24 hexadecimal digits; None makes some.

        Raises:
            NotFoundError: there is no such organization.
            DuplicateIdError: the id is taken.
            InvalidInputError: an argument may not come in. Nothing changed.
        """
        realm = self.realm(organization)
        return callers_people.remember(
            self._kept.memories(realm),
            self._kept.people("callers", realm),
            contact_id,
            name,
            text,
            new_id=self.new_id if id is None else lambda: callers_ids.to_uuid(id),
            phone_number=phone_number,
            campaign_id=campaign_id,
        )

    def update(
        self,
        memory_id: str,
        text: str,
        *,
        name: str | None = None,
        organization: str | None = None,
        id: str | None = None,
    ) -> MemoryVersion:
        """A new version of a memory: the one before is OUTDATED from then on.

        Args:
            memory_id: the wire id of any of its versions.
            text: what it says now.
            name: its title; None keeps it.
            organization: whose memory.
            id: the new version's, 24 hexadecimal digits; None makes some.

        Raises:
            NotFoundError: there is no such memory or organization.
            InvalidInputError: an argument may not come in. Nothing changed.
        """
        memories = self._kept.memories(self.realm(organization))
        found = callers_ids.find(memories, memory_id)
        if found is None:
            raise NotFoundError("memory", memory_id)
        latest = memories.latest(found)
        metadata = latest.metadata if name is None else {**latest.metadata, "name": name}
        new_id = self.new_id() if id is None else callers_ids.to_uuid(id)
        return memories.update(latest.id, text, metadata=metadata, id=new_id)

    def new_id(self) -> UUID:
        """A new UUID that stands for a wire id. O(1)."""
        return callers_ids.to_uuid(callers_ids.shortened(self._new_id()))

    @staticmethod
    def id_of(version: MemoryVersion) -> str:
        """The wire id of a version. O(1)."""
        return callers_ids.to_hex(version.id)


def _key(key: object) -> str:
    """A key that a header can carry.

    Raises:
        InvalidInputError: it can't.
    """
    if type(key) is not str or not key or not key.isascii() or not key.isprintable():
        raise InvalidInputError("key", "must be one or more printable ASCII characters")
    return key
