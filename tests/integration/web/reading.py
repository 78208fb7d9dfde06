"""Reads a page the way a strict reader would: balanced tags, forms, labels, texts with their language."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = ("aria-label", "data-label", "title", "alt", "placeholder")


@dataclass(eq=False)
class Tag:
    """An element: its name, attributes, children and own text."""

    name: str
    attributes: dict[str, str]
    parent: Tag | None = None
    children: list[Tag | str] = field(default_factory=list)

    def walk(self) -> list[Tag]:
        """This element and everything in it, in order."""
        found = [self]
        for child in self.children:
            if isinstance(child, Tag):
                found += child.walk()
        return found

    def all(self, name: str, **attributes: str) -> list[Tag]:
        """Elements of this name with these attributes."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [tag for tag in self.walk() if tag.name == name and wanted.items() <= tag.attributes.items()]

    @property
    def text(self) -> str:
        """The text in it, in one line."""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(parts).split())

    @property
    def language(self) -> str:
        """The language that it is in: its own `lang`, or that of what is around it."""
        here: Tag | None = self
        while here is not None:
            if "lang" in here.attributes:
                return here.attributes["lang"]
            here = here.parent
        return ""


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Tag("", {})
        self.open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        element = Tag(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert tag not in VOID, f"</{tag}> closes what has no end"
        assert self.open.name == tag, f"</{tag}> closes <{self.open.name}>"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.open.children.append(data)


def read(html: str) -> Tag:
    """The page as a tree; fails where a tag is not closed in its place."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.open is builder.root, f"<{builder.open.name}> is never closed"
    return builder.root


def texts(page: Tag, language: str) -> list[str]:
    """Every piece of text and every spoken attribute that the page says in this language."""
    found = []
    for tag in page.walk():
        if tag.name in {"style", "script"} or tag.language != language:
            continue
        found += [" ".join(child.split()) for child in tag.children if isinstance(child, str)]
        found += [tag.attributes[name] for name in SPOKEN if tag.attributes.get(name)]
    return [text for text in found if text]


def faults(page: Tag, language: str) -> list[str]:
    """What a person with a screen reader, or a strict parser, would stumble over."""
    found = []
    html = page.all("html")
    found += [] if [tag.attributes.get("lang") for tag in html] == [language] else ["html without its lang"]
    found += [] if len(page.all("h1")) == 1 else [f"{len(page.all('h1'))} first headings"]
    found += [] if len(page.all("title")) == 1 and page.all("title")[0].text else ["no title"]
    found += [] if len(page.all("main", id="main-content")) == 1 else ["no main part"]
    ids = [tag.attributes["id"] for tag in page.walk() if "id" in tag.attributes]
    found += [f"id {one} twice" for one in set(ids) if ids.count(one) > 1]
    found += _unlabelled(page) + _skipped_headings(page) + _dangling(page, set(ids))
    found += [
        f"empty <{tag.name}>"
        for tag in page.walk()
        if tag.name in {"a", "button", "dd", "dt", "th", "li", "legend"} and not tag.text
    ]
    found += ["a script" for _ in page.all("script")]
    found += ["an inline style" for tag in page.walk() if "style" in tag.attributes or tag.name == "style"]
    found += [f"inline handler {name}" for tag in page.walk() for name in tag.attributes if name.startswith("on")]
    return found


def _unlabelled(page: Tag) -> list[str]:
    labelled = {label.attributes.get("for") for label in page.all("label") if label.text}
    inputs = [tag for name in ("input", "textarea", "select") for tag in page.all(name)]
    visible = [tag for tag in inputs if tag.attributes.get("type") != "hidden"]
    return [f"no label for {tag.attributes.get('name')}" for tag in visible if tag.attributes.get("id") not in labelled]


def _skipped_headings(page: Tag) -> list[str]:
    headings = [tag for tag in page.walk() if tag.name in {"h1", "h2", "h3", "h4"}]
    in_body = [tag for tag in headings if "govuk-error-summary__title" not in tag.attributes.get("class", "")]
    levels = [int(tag.name[1]) for tag in in_body]
    return [f"h{right} after h{left}" for left, right in pairwise(levels) if right > left + 1]


def _dangling(page: Tag, ids: set[str]) -> list[str]:
    wanted = [
        one
        for tag in page.walk()
        for name in ("aria-describedby", "aria-labelledby", "for")
        for one in tag.attributes.get(name, "").split()
    ]
    wanted += [tag.attributes["href"][1:] for tag in page.all("a") if tag.attributes.get("href", "").startswith("#")]
    return [f"nothing has the id {one}" for one in wanted if one not in ids]
