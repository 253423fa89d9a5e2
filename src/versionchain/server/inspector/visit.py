"""One request to the inspector, and what a page needs to answer it.

May live here: the tenant and the state that a request asks for, its numbers and texts, its links,
how a template becomes an answer. May not be known here: any single page.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from attrs import define, field, frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ...calls import ReadCalls
from ...errors import NotFoundError
from ...model import Revision
from ...store import MemoryStore
from .guard import Tokens

HERE: Final = Path(__file__).parent
ACTOR: Final = "inspector"  # who the audit log says it was, where the store's handle names nobody

_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
_MOST_DIGITS: Final = 18  # of a number in an address


@cache
def environment() -> Environment:
    """The templates, which escape whatever they are given; read once a process."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"many": many, "clip": clip, "moment": moment, "grouped": grouped}
    return made


def grouped(number: int) -> str:
    """A number with its thousands set apart."""
    return f"{number:,}"


def many(count: int, one: str, more: str = "") -> str:
    """A count with its word: "1 memory", "2 memories"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def moment(time: datetime) -> str:
    """A time in UTC to the second, for people."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def clip(text: str, most: int, lines: int = 8) -> str:
    """The beginning of a text: so many characters and lines at most. The whole of a short one."""
    begun = text[: most + 1]
    cut = "".join(begun.splitlines(keepends=True)[:lines])
    return text if cut == text else cut[:most].rstrip()


@frozen
class Site:
    """What all requests have in common.

    Attributes:
        store: a handle of the first tenant.
        tenants: the tenants that may be looked at, the store's own first.
        tokens: the maker of forms' tokens.
        templates: the pages.
        assets: the addresses of the style sheet, the script and the icon.
    """

    store: MemoryStore
    tenants: tuple[str, ...]
    tokens: Tokens
    templates: Environment
    assets: dict[str, str]


@define
class Visit:
    """One request.

    Attributes:
        site: what all requests have in common.
        request: the request.
        fields: its form, empty on a GET.
    """

    site: Site
    request: Request
    fields: dict[str, str] = field(factory=dict)

    @property
    def tenant(self) -> str:
        """The tenant that is asked for.

        Raises:
            NotFoundError: it is none that may be looked at.
        """
        named = self.text("tenant") or self.site.tenants[0]
        if named not in self.site.tenants:
            raise NotFoundError("tenant", named)
        return named

    @property
    def store(self) -> MemoryStore:
        """A handle on the tenant that is asked for."""
        return self.site.store.for_tenant(self.tenant, actor=self.site.store.actor or ACTOR)

    @property
    def at(self) -> int | None:
        """The revision that is looked from; None for the newest state."""
        return self.number("at")

    @property
    def view(self) -> ReadCalls:
        """What is read from: the store, or the store as it was."""
        return self.store if self.at is None else self.store.at(self.at)

    def text(self, name: str) -> str:
        """What the address, or on a POST the form, says under a name; empty where nothing."""
        if self.request.method == "POST":
            return self.fields.get(name, "")
        return self.request.query_params.get(name, "")

    def given(self, name: str) -> str | None:
        """The same, or None where it is blank."""
        return self.text(name).strip() or None

    def number(self, name: str, least: int = 0) -> int | None:
        """A whole number of the address or form; None where there is none.

        Raises:
            HTTPException: 422, it is something else.
        """
        said = self.text(name).strip()
        if not said:
            return None
        if not (said.isascii() and said.isdecimal() and len(said) <= _MOST_DIGITS):
            raise HTTPException(422, f"{name} must be a whole number.")
        if int(said) < least:
            raise HTTPException(422, f"{name} must be at least {least}.")
        return int(said)

    def link(self, path: str, mark: str = "", /, **query: object) -> str:
        """The address of a page, for the same tenant; what is None or empty is left out.

        Args:
            path: the page.
            mark: a place on it.
            query: what it is told.
        """
        pairs = [(name, str(value)) for name, value in query.items() if value not in (None, "")]
        if self.tenant != self.site.tenants[0]:
            pairs.append(("tenant", self.tenant))
        asked = f"?{urlencode(pairs)}" if pairs else ""
        return f"{path}{asked}{'#' + mark if mark else ''}"

    def page(self, template: str, *, status: int = 200, **facts: Any) -> Response:
        """A template, filled in."""
        return page(self.site, template, status=status, visit=self, **facts)

    def go(self, path: str, **query: object) -> Response:
        """Sends a browser on to a page after a change."""
        return RedirectResponse(self.link(path, **query), 303)

    def token(self, action: str, *arguments: str) -> str:
        """The token of a form for one action on this tenant."""
        return self.site.tokens.make(action, self.tenant, *arguments)

    def check(self, action: str, *arguments: str) -> None:
        """Refuses a form whose token is not that of this action, tenant and arguments.

        Raises:
            HTTPException: 403, it is not.
        """
        self.site.tokens.check(self.text("token"), action, self.tenant, *arguments)


def page(site: Site, template: str, *, status: int = 200, **facts: Any) -> Response:
    """A template, filled in."""
    made = site.templates.get_template(template).render(site=site, assets=site.assets, **facts)
    return HTMLResponse(made, status)


def newest(store: MemoryStore) -> int:
    """The number of the newest revision; 0 where there is none. O(log n) reads."""
    return store.at(_END_OF_TIME).revision


def revision(store: MemoryStore, number: int) -> Revision:
    """One revision.

    Raises:
        NotFoundError: there is none with this number.
    """
    found = store.revisions(since=number - 1, limit=1).items if number > 0 else ()
    if not found:
        raise NotFoundError("revision", number)
    return found[0]


def revisions(store: MemoryStore, numbers: Iterable[int]) -> dict[int, Revision]:
    """Some revisions, by number. O(them · log n)."""
    return {number: revision(store, number) for number in set(numbers)}
