"""What an account can reach: every GET address of the map with known ids, then every link of what came back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from werkzeug.exceptions import HTTPException

#: Addresses of one kind (endpoint, and names in the query) that are followed: filters multiply without end.
ALIKE = 2
#: Ids of other areas that are tried where an area has none of its own.
STRAY = 2
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
MONTHS = ("2013-10", "2013-11")


@dataclass
class Form:
    """A form of a page: where it goes, its fields and what they hold."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Read(HTMLParser):
    """Links, forms, and what would run as script."""

    def __init__(self, url: str):
        super().__init__()
        self.url, self.links, self.forms, self.runs = url, [], [], []
        self._name = None

    def handle_starttag(self, tag, attributes):
        said = {name: value or "" for name, value in attributes}
        if tag == "script" and "src" not in said:
            self.runs.append("script")
        for name, value in said.items():
            active = name in ("href", "src", "action", "formaction") and re.match(
                r"[\s\x00-\x20]*(javascript|data|vbscript):", value, re.I
            )
            if name.startswith("on") or name in ("style", "srcdoc") or active:
                self.runs.append(f"<{tag} {name}={value!r}>")
        for name in ("href", "src"):
            if said.get(name):
                self.links.append(urljoin(self.url, said[name]))
        if tag == "form":
            where = urljoin(self.url, said.get("action", ""))
            self.forms.append(Form(where, said.get("method", "get").lower()))
        if self.forms and said.get("name"):
            if tag in ("input", "textarea", "button"):
                self.forms[-1].fields.setdefault(said["name"], said.get("value", ""))
            elif tag == "select":
                self.forms[-1].fields.setdefault(said["name"], "")
                self._name = said["name"]
        if tag == "option" and self._name and said.get("value"):
            self.forms[-1].fields[self._name] = self.forms[-1].fields[self._name] or said["value"]

    def handle_endtag(self, tag):
        if tag == "select":
            self._name = None


def read(url: str, text: str) -> Read:
    found = Read(url)
    found.feed(text)
    return found


def rules(app, method="GET"):
    """Each rule of the map that takes that method, but the files of the application."""
    found = (rule for rule in app.url_map.iter_rules() if method in rule.methods)
    return sorted((rule for rule in found if rule.endpoint != "static"), key=str)


def addresses(app, ids, method="GET"):
    """(endpoint, address) of each rule with these ids in its place; tokens and the like lead nowhere.

    `ids`: first part of the address -> the ids that may stand there; an area that is not named gets one of each other,
    which lead nowhere there.
    """
    adapter = app.url_map.bind("localhost")
    others = tuple(dict.fromkeys(some[0] for some in ids.values() if some))[:STRAY]
    for rule in rules(app, method):
        taken = ids.get(rule.rule.split("/")[1], others)
        for each in taken if any(_takes(rule, name, "UUID") for name in rule.arguments) else (None,):
            for month in MONTHS if "month" in rule.arguments else (None,):
                for choice in _choices(rule):
                    values = {
                        name: each
                        if _takes(rule, name, "UUID")
                        else 1
                        if _takes(rule, name, "Whole")
                        else month
                        if name == "month"
                        else choice
                        for name in rule.arguments
                    }
                    yield rule.endpoint, adapter.build(rule.endpoint, values, method=method)


def _takes(rule, name, kind):
    return type(rule._converters[name]).__name__ == f"{kind}Converter"


def _choices(rule):
    """What the last part of the address may be: words of a closed list, else steps that exist somewhere."""
    for name in rule.arguments:
        if _takes(rule, name, "Any"):
            return re.findall(r"\w+", rule._converters[name].regex.removeprefix("(?:"))
        if name == "action":
            return ("sign", "publish", "withdraw", "x")
    return ("x",)


def crawl(app, client, ids, most=400):
    """address -> answer, of everything that this browser can come to."""
    adapter = app.url_map.bind("localhost")
    waiting = [address for _, address in addresses(app, ids)]
    waiting += [f"{rule.rule}?format=csv" for rule in rules(app) if not rule.arguments]
    queued, alike, pages = set(waiting), {}, {}
    while waiting and len(pages) < most:
        address = waiting.pop(0)
        answer = pages[address] = client.get(address)
        links = [answer.location] if answer.location else []
        if answer.mimetype == "text/html":
            links += read(f"http://localhost{address}", answer.text).links
        for link in links:
            parts = urlsplit(urljoin("http://localhost", link))
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.netloc != "localhost" or path in queued or parts.path.startswith("/static/"):
                continue
            try:
                endpoint, values = adapter.match(parts.path, method="GET")
            except HTTPException:
                endpoint, values = parts.path, {}
            kind = (endpoint, str(values), tuple(sorted({name for name, _ in parse_qsl(parts.query)})))
            alike[kind] = alike.get(kind, 0) + 1
            if alike[kind] <= ALIKE:
                queued.add(path)
                waiting.append(path)
    return pages
