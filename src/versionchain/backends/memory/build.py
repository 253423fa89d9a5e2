"""A tenant's structures, made anew from facts.

May live here: putting facts into a state, and which facts an erasure leaves.
May not be known here: locks, transactions, or who asked.

What is erased is not picked out of the structures: they are made again without it, and take the
old ones' place at once.
"""

from collections.abc import Container, Iterable

from attrs import evolve

from ...chain import Stamp
from ...errors import DuplicateIdError, NotFoundError
from ...facts import ChainFacts, ConnectionFacts, living
from ...model import Revision, position
from .reader import NowReader
from .state import Chain, Contact, State, rank


def add(state: State, fact: str | Revision | ChainFacts | ConnectionFacts) -> None:
    """Puts a fact of any kind, refusing one that does not fit. `finish` comes after the last.

    Raises:
        DuplicateIdError: an id is there already.
        NotFoundError: it names a contact or a chain that is not there.

    O(its versions · log n).
    """
    match fact:
        case str():
            add_contact(state, fact)
        case Revision():
            _require(state.contacts, *fact.contacts)
            add_revision(state, fact)
        case ChainFacts():
            _require(state.contacts, fact.contact_id)
            seen: set[str] = set()
            for id in (fact.chain_id, *(each.version.id for each in fact.versions)):
                if id in seen or id in state.versions or id in state.chains:
                    raise DuplicateIdError(id)
                seen.add(id)
            add_chain(state, fact)
        case ConnectionFacts():
            _require(state.chains, fact.connection.source_id, fact.connection.target_id)
            add_link(state, fact)


def _require(known: Container[str], *names: str) -> None:
    for name in names:
        if name not in known:
            raise NotFoundError("contact or chain", name)


def add_contact(state: State, contact_id: str) -> Contact:
    """The contact, made where it is new. O(log n)."""
    contact = state.contacts.get(contact_id)
    if contact is None:
        contact = state.contacts[contact_id] = Contact(contact_id)
    return contact


def add_chain(state: State, facts: ChainFacts) -> None:
    """Puts a chain with all its versions. `finish` comes after the last. O(its versions)."""
    contact = add_contact(state, facts.contact_id)
    chain = Chain(facts.chain_id, facts.contact_id, facts.last_number)
    chain.ids = [each.version.id for each in facts.versions]
    state.chains[chain.id] = chain
    for each in facts.versions:
        version = each.version
        state.versions[version.id] = version
        if each.absences:
            state.absences[version.id] = each.absences
        if version.deleted_at is not None and version.deleted_revision is not None:
            state.marks[version.id] = Stamp(version.deleted_revision, version.deleted_at)
            state.marked.setdefault(version.deleted_revision, {})[version.id] = None
    chain.living = living(facts)
    for version in chain.living:
        state.versions[version.id] = version
        state.chains[version.id] = chain
    if chain.living:
        contact.heads.append(chain.living[-1])
    contact.order += chain.ids
    contact.deleted += len(facts.versions) - len(chain.living)


def add_link(state: State, facts: ConnectionFacts) -> None:
    """Puts one interval of a connection; those of one connection come oldest first. O(1)."""
    connection = facts.connection
    key = (connection.source_id, connection.target_id, connection.kind)
    state.connections[key] = (*state.connections.get(key, ()), facts)
    for chain_id in key[:2]:
        state.linked.setdefault(chain_id, {})[key] = None


def add_revision(state: State, revision: Revision) -> None:
    """Puts a revision; they come in order. O(its contacts)."""
    state.revisions.append(revision)
    for contact_id in revision.contacts:
        state.touched.setdefault(contact_id, []).append(revision.number)


def finish(state: State) -> None:
    """Sorts the listings, once every chain is in. O(n log n)."""
    for contact in state.contacts.values():
        contact.order.sort(key=lambda id: position(state.versions[id]))
        heads = sorted(filter(None, contact.heads), key=position)
        contact.heads[:] = heads
        contact.ranks = [rank(position(head)) for head in heads]


def without_contact(state: State, contact_id: str) -> State:
    """A state in which the contact was never seen. O(the tenant)."""
    left, now = State(), NowReader(state)
    _copy_contacts(left, (id for id in state.contacts if id != contact_id))
    for chain in now.chains():
        if chain.contact_id != contact_id:
            add_chain(left, chain)
    _copy_links(left, now.links())
    for revision in state.revisions:
        if contact_id in revision.contacts:
            others = tuple(each for each in revision.contacts if each != contact_id)
            add_revision(left, evolve(revision, contacts=others, reason=None))
        else:
            add_revision(left, revision)
    return left


def without_marked(state: State, last: int) -> State:
    """A state without what was deleted by revision `last` or before. O(the tenant)."""
    left, now = State(), NowReader(state)
    _copy_contacts(left, state.contacts)
    for chain in now.chains():
        versions = tuple(
            each
            for each in chain.versions
            if each.version.deleted_revision is None or each.version.deleted_revision > last
        )
        if versions:
            add_chain(left, evolve(chain, versions=versions))
    _copy_links(left, (link for link in now.links() if link.until is None or link.until > last))
    for revision in state.revisions:
        add_revision(left, revision)
    return left


def _copy_contacts(left: State, contacts: Iterable[str]) -> None:
    for contact_id in contacts:
        add_contact(left, contact_id)


def _copy_links(left: State, links: Iterable[ConnectionFacts]) -> None:
    """Those whose both chains are left."""
    for link in links:
        if {link.connection.source_id, link.connection.target_id} <= left.chains.keys():
            add_link(left, link)
