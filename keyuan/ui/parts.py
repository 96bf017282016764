"""What the frame is made of: links, modules, sections of the quick menu, panels of the rail."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from keyuan.org.http import Request
from keyuan.ui.modules import LABELS

Right = tuple[str, str] | list[tuple[str, str]] | str | None
"""(module, operation), one of several such, "administrator", or everybody."""
Count = int | Callable[[], int | None] | None


@dataclass(frozen=True)
class Link:
    """One line of a menu. With `avatar` it shows the first character of its label instead of an icon."""

    label: Any
    url: str
    icon: str = ""
    may: Right = None
    count: Count = None
    hot: bool = False  # the count is red: something is overdue
    avatar: bool = False
    key: str = ""
    current: bool = False
    drawer: bool = False
    elsewhere: bool = False  # administrators find it in their own menu


@dataclass(frozen=True)
class Module:
    """One of the modules of the top bar.

    `views` gives the saved views of a request; `prefixes` are addresses of the module beside its own and its places'.
    """

    key: str
    url: str
    label: Any = ""
    icon: str = ""
    may: Right = None
    places: Sequence[Link] = ()
    views: Callable[[Request], Iterable[Link]] | None = None
    new_view_url: str = ""
    prefixes: tuple[str, ...] = ()
    in_bar: bool = True  # False: it has a quick menu, but no place in the top bar
    renamed: bool = False  # administrators have given it another name

    @property
    def name(self) -> Any:
        return self.label or LABELS.get(self.key, self.key)

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.url, *self.prefixes, *(place.url for place in self.places))


@dataclass(frozen=True)
class Section:
    """A part of the quick menu on every page, such as favourites or what was opened last."""

    key: str
    label: Any
    links: Callable[[Request], Iterable[Link]]


@dataclass(frozen=True)
class Panel:
    """A part of the rail; `url` answers with its content. `foot` panels stand below, always.

    Attributes:
        page: the same as a page of its own, for browsers without script.
        tab: a shorter word for its tab.
        stream: where news come from by themselves, for the panel at the bell.
        clear: what a button in the head says that clears it, and where it posts to.
    """

    key: str
    label: Any
    icon: str
    url: str
    may: Right = None
    count: Callable[[Request], int] | None = None
    hot: bool = False
    foot: bool = False
    page: str = ""
    tab: Any = ""
    stream: str = ""
    clear: tuple[Any, str] | None = None
