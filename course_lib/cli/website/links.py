"""What the built pages point at: inside, it must be there; outside, only by links."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"script", "img", "iframe", "source", "audio", "video", "embed", "track"}
"""Elements whose address a browser fetches by itself."""
_FETCHED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}


@dataclass
class _Page(HTMLParser):
    """A page's own anchors, its links, and what it loads."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.anchors |= {has[name] for name in ("id", "name") if has.get(name)}
        fetched = _FETCHED_LINKS & set(has.get("rel", "").split())
        if tag in LOADED and has.get("src"):
            self.loads.append(has["src"])
        elif tag == "link" and fetched:
            self.loads.append(has.get("href", ""))
        elif tag == "a" and has.get("href"):
            self.links.append(has["href"])


def faults(folder: Path) -> list[str]:
    """Broken internal links and resources of other hosts, a line each."""
    pages = {path.resolve(): _read(path) for path in sorted(folder.rglob("*.html"))}
    return [
        f"{path.relative_to(folder.resolve())}: {fault}"
        for path, page in pages.items()
        for fault in _faults(path, page, pages)
    ]


def _faults(path: Path, page: _Page, pages: dict[Path, _Page]) -> Iterator[str]:
    for address in page.loads:
        if urlsplit(address).netloc:
            yield f"loads {address} from another host"
        elif problem := _missing(path, address, pages):
            yield problem
    for address in page.links:
        if problem := _missing(path, address, pages):
            yield problem


def _missing(path: Path, address: str, pages: dict[Path, _Page]) -> str:
    """Why an internal address leads nowhere, "" if it leads somewhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return ""
    target = path
    if parts.path:
        target = (path.parent / unquote(parts.path)).resolve()
        target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return f"the link {address} leads to no file"
    anchor = unquote(parts.fragment)
    known = pages.get(target)
    if anchor and known is not None and anchor not in known.anchors:
        return f"the link {address} leads to no place on that page"
    return ""


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page
