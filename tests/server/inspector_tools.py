"""What the tests of the inspector share: a reader of pages, and a browser without a screen."""

import asyncio
import io
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

HOME = "http://127.0.0.1:8800"
VOID = {"meta", "link", "input", "br"}
BLOCKS = {"p", "li", "dd", "dt", "th", "td", "tr", "h1", "h2", "h3", "option", "caption", "label"}
# Whatever a page may consist of. A tag or an attribute that is none of these came from a text.
TAGS = {
    *("html", "head", "meta", "title", "link", "script", "body", "a", "header", "div", "span"),
    *("nav", "ul", "li", "ol", "form", "label", "input", "button", "select", "option", "main"),
    *("h1", "h2", "h3", "p", "strong", "em", "bdi", "table", "caption", "thead", "tbody", "tr"),
    *("th", "td", "section", "article", "datalist", "code", "time", "dl", "dt", "dd", "details"),
    *("summary", "mark", "del", "ins", "br"),
}
ATTRIBUTES = {
    *("lang", "charset", "name", "content", "rel", "href", "type", "src", "defer", "class", "id"),
    *("aria-label", "aria-hidden", "aria-current", "aria-labelledby", "aria-valuetext", "role"),
    *("action", "method", "for", "placeholder", "maxlength", "autocomplete", "spellcheck"),
    *("value", "selected", "tabindex", "scope", "datetime", "title", "dir", "data-asof"),
    *("data-stops", "data-label", "hidden", "min", "max", "list", "inputmode", "reversed"),
}


class Form:
    """A form of a page: where it goes, how, and the values that it starts with."""

    def __init__(self, action, method):
        self.action = action
        self.method = method
        self.fields = {}


class Page(HTMLParser):
    """An answer, read as a browser reads it."""

    def __init__(self, answer):
        super().__init__()
        self.status = answer.status_code
        self.headers = answer.headers
        self.address = str(answer.request.url)
        self.source = answer.text
        self.links, self.forms, self.ids, self.scripts = [], [], [], []
        self.text, self.title, self.heading = "", "", ""
        self._open = []
        self.feed(self.source)
        self.close()
        assert self._open == [], "every tag is closed"
        assert len(self.ids) == len(set(self.ids)), "an id is there once"

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS, f"<{tag}> on {self.address}"
        found = dict(attrs)
        assert len(found) == len(attrs)
        assert set(found) <= ATTRIBUTES, f"{set(found) - ATTRIBUTES} on {self.address}"
        for name in ("href", "src", "action"):
            if name in found:
                assert found[name].startswith(("/inspect/", "/?", "#")) or found[name] == "/"
                assert not found[name].startswith("//")
        if tag not in VOID:
            self._open.append(tag)
        if tag in BLOCKS:
            self.text += "\n"
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append([found["href"], ""])
        elif tag == "script":
            self.scripts.append(found["src"])
        elif tag == "form":
            self.forms.append(Form(found["action"], found["method"]))
        elif tag in ("input", "select") and "name" in found:
            self.forms[-1].fields[found["name"]] = found.get("value") or ""

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, f"</{tag}> on {self.address}"

    def handle_data(self, data):
        assert "script" not in self._open
        if self._open[-1:] == ["title"]:
            self.title += data
            return
        self.text += data
        if "h1" in self._open:
            self.heading += data
        if "a" in self._open:
            self.links[-1][1] += data

    def link(self, words):
        """Where the first link whose text has these words leads."""
        found = [href for href, text in self.links if words in text]
        assert found, f"no link {words!r} on {self.address}"
        return found[0]

    def has_link(self, words):
        """Whether a link has these words."""
        return any(words in text for _, text in self.links)

    def form(self, action):
        """The first form that goes there."""
        found = [form for form in self.forms if form.action == action]
        assert found, f"no form {action!r} on {self.address}"
        return found[0]

    def __contains__(self, words):
        return words in self.text

    def __repr__(self):
        return f"<{self.status} {self.title!r} of {self.address}>"


class Browser:
    """Asks an app in this process, and reads its pages. Close it."""

    def __init__(self, app, home=HOME):
        self._app = app
        self._home = home
        self._runner = asyncio.Runner()

    def ask(self, method, path, **more):
        """A request as it is; no redirect is followed."""
        return self._runner.run(self._ask(method, urljoin(self._home + "/", path), more))

    async def _ask(self, method, url, more):
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, **more)

    def get(self, path, status=200, **query):
        """A page."""
        answer = self.ask("GET", path, **({"params": query} if query else {}))
        assert answer.status_code == status, answer.text
        return Page(answer)

    def send(self, form, headers=None, **fields):
        """Sends a form, with some fields set; the answer as it is."""
        data = form.fields | fields
        data = {name: value for name, value in data.items() if value is not None}
        return self.ask("POST", form.action, data=data, headers=headers)

    def submit(self, form, **fields):
        """Sends a form, and the page that the browser is sent on to."""
        answer = self.send(form, **fields)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"])

    def crawl(self, *starts, most=400):
        """Every page that links lead to from some pages."""
        waiting, seen, pages = list(starts), set(), []
        while waiting and len(pages) < most:
            path = waiting.pop(0).partition("#")[0]
            if path in seen or not path:
                continue
            seen.add(path)
            page = self.get(path)
            pages.append(page)
            waiting += [href for href, _ in page.links]
        return pages

    def close(self):
        """Ends the loop that it asks in."""
        self._runner.close()


def dumped(store):
    """Everything that a tenant has, as text."""
    target = io.BytesIO()
    store.dump(target)
    return target.getvalue()


def query_of(url):
    """A link's query, as it is."""
    return urlsplit(url).query
