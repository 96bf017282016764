"""The frame of every page: modules, quick menu, rail, and how this person wants it to look.

Rooms describe their part once at start; `frame(request)` hands templates an object that works out only what they
ask for. It makes no query of its own: counts and links that need some are callables, run when the frame is on the
screen already (`/frame/side/`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keyuan.org.http import Request
from keyuan.org.shelf import shelf_of
from keyuan.ui import routes  # noqa: F401  registers the check that every route has an audience
from keyuan.ui.modules import ICONS, LABELS, SHORT, arranged, arrangement, closest, is_off
from keyuan.ui.pages import in_drawer, toasts
from keyuan.ui.parts import Count, Link, Module, Panel, Right, Section
from keyuan.ui.pins import pins_of
from keyuan.ui.watch import told
from keyuan.ui.words import words

SCRIPTED = "keyuan_script"  # the cookie of a browser that runs our script, which asks for the numbers itself


@dataclass
class Installed:
    """What the rooms have brought."""

    modules: tuple[Module, ...] = ()
    more: tuple[Link, ...] = ()
    creates: tuple[Link, ...] = ()
    panels: tuple[Panel, ...] = ()
    sections: tuple[Section, ...] = ()
    settings_url: str = ""
    help_url: str = ""


INSTALLED = Installed()


def install(
    modules: Sequence[Module],
    *,
    more: Sequence[Link] = (),
    creates: Sequence[Link] = (),
    panels: Sequence[Panel] = (),
    sections: Sequence[Section] = (),
    settings_url: str = "",
    help_url: str = "",
) -> None:
    """Say once, when the process starts, what the frame consists of. The order of modules is fixed by LABELS."""
    order = list(LABELS)
    INSTALLED.modules = tuple(
        sorted(
            modules,
            key=lambda one: order.index(one.key) if one.key in order else len(order),
        )
    )
    INSTALLED.more, INSTALLED.creates = tuple(more), tuple(creates)
    INSTALLED.panels, INSTALLED.sections = tuple(panels), tuple(sections)
    INSTALLED.settings_url, INSTALLED.help_url = settings_url, help_url


def frame(request: Request) -> dict[str, Any]:
    """The context processor."""
    return {"frame": Frame(request)}


class Frame:
    """The frame as this person sees it on this page."""

    def __init__(self, request: Request, at: str = "", counted: bool = False, belongs: str = "") -> None:
        self.request = request
        self.belongs = belongs or getattr(request, "belongs", "")  # see pages.belongs_to
        self.at = at or request.get_full_path()
        self.counted = counted

    # who looks at it, and how

    @cached_property
    def user(self) -> Any:
        return getattr(self.request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        return bool(self.user and self.user.is_authenticated)

    @cached_property
    def preferences(self) -> dict[str, Any]:
        return self.user.preferences if self.signed_in else {}

    @property
    def theme(self) -> str:
        return self.preferences.get("theme") or self.request.COOKIES.get("keyuan_theme") or "auto"

    @property
    def density(self) -> str:
        return self.preferences.get("density", "standard")

    @property
    def shortcuts(self) -> bool:
        return bool(self.preferences.get("shortcuts", True))

    @cached_property
    def look(self) -> tuple[Any, ...]:
        """All that the pieces of the frame depend on which are the same on many pages (see ui/kept.py)."""
        user, current = self.user, self.current.key if self.current else ""
        return (
            shelf_of(user).state, user.pk, user.name, user.username, repr(user.preferences),
            self.language, self.theme, current, getattr(self.request, "preview", None),
        )  # fmt: skip

    @cached_property
    def token(self) -> str:
        """What protects the forms of this page: masked once, because each masking asks for 32 random bytes singly."""
        return get_token(self.request)

    @property
    def here(self) -> str:
        """Where forms of the frame lead back to."""
        return self.request.get_full_path()

    @property
    def language(self) -> str:
        return get_language() or "zh-hans"

    @property
    def lang(self) -> str:
        """The value of the page's lang attribute."""
        return "zh-Hans" if self.language.startswith("zh") else self.language

    @property
    def side_collapsed(self) -> bool:
        return bool(self.preferences.get("side_collapsed"))

    @property
    def rail_key(self) -> str:
        """Which preference says whether the rail is open here: the home page has its own."""
        return "rail_home" if self.current and self.current.key == "home" else "rail_open"

    @property
    def rail_open(self) -> bool:
        return bool(self.panels) and bool(self.preferences.get(self.rail_key, self.rail_key == "rail_home"))

    @property
    def guard(self) -> dict[str, Any]:
        """When the page locks, and whether there is news of the account: see ui/watch.py."""
        return told(self.request) if self.signed_in else {}

    # what belongs to it

    def may(self, right: Right) -> bool:
        if not self.signed_in:
            return False
        if right is None:
            return True
        if isinstance(right, list):
            return any(self.user.may(*one) for one in right)
        return bool(self.user.is_administrator) if isinstance(right, str) else bool(self.user.may(*right))

    def allowed(self, things: Iterable[Any]) -> list[Any]:
        return [one for one in things if self.may(one.may)]

    @cached_property
    def installed(self) -> list[Module]:
        wanted = arrangement(self.user) if self.signed_in else {}
        return self.allowed(arranged(INSTALLED.modules, wanted))

    @cached_property
    def current(self) -> Module | None:
        return closest(self.installed, self.belongs) or closest(self.installed, urlsplit(self.at).path)

    @cached_property
    def modules(self) -> list[Link]:
        """The top bar."""
        return [
            Link(
                one.name,
                one.url,
                one.icon or ICONS.get(one.key, "point"),
                key=one.key,
                current=one is self.current,
            )
            for one in self.installed
            if one.in_bar
        ]

    @property
    def off(self) -> list[str]:
        """The keys of the modules that are switched off."""
        return arrangement(self.user).get("off", []) if self.signed_in else []

    @cached_property
    def tabs(self) -> list[Link]:
        """The bottom bar of a phone: what has a short word."""
        own = {one.key for one in self.installed if one.renamed}
        return [
            one if one.key in own else replace(one, label=SHORT[one.key]) for one in self.modules if one.key in SHORT
        ]

    @cached_property
    def more(self) -> list[Link]:
        administers = self.may("administrator")
        return [one for one in self.allowed(INSTALLED.more) if not (one.elsewhere and administers)]

    @cached_property
    def creates(self) -> list[Link]:
        found = self.allowed(INSTALLED.creates)
        return [one for one in found if not is_off(INSTALLED.modules, one.url, self.user)]

    @cached_property
    def panels(self) -> list[Panel]:
        return self.allowed(INSTALLED.panels)

    @property
    def body_panels(self) -> list[Panel]:
        return [one for one in self.panels if not one.foot]

    @property
    def foot_panels(self) -> list[Panel]:
        return [one for one in self.panels if one.foot]

    @property
    def bell(self) -> Panel | None:
        return next((one for one in self.panels if one.key == "notices"), None)

    @cached_property
    def bell_count(self) -> int:
        """What the bell shows before a script tells: nothing where one does (see js/notices.js)."""
        counts = self.bell.count if self.bell and SCRIPTED not in self.request.COOKIES else None
        return counts(self.request) if counts else 0

    @property
    def begins_tour(self) -> bool:
        """The first time somebody is at home."""
        return bool(self.current and self.current.key == "home") and not self.preferences.get("toured")

    @property
    def settings_url(self) -> str:
        return INSTALLED.settings_url if self.may("administrator") else ""

    @property
    def help_url(self) -> str:
        return INSTALLED.help_url

    # the quick menu

    @cached_property
    def sections(self) -> list[tuple[Any, str, list[Link]]]:
        """Label, address of a plus sign, links; a section without links is absent."""
        found = [
            *self.own_sections(),
            *(self.general_sections() if self.counted else ()),
        ]
        return [(label, url, self.marked(links)) for label, url, links in found if links or url]

    @cached_property
    def own_views(self) -> list[Link]:
        views = self.current.views if self.current else None
        return self.allowed(views(self.request)) if views else []

    def own_sections(self) -> Iterable[tuple[Any, str, list[Link]]]:
        yield _("Pinned"), "", self.pins
        if self.current is None:
            return
        if self.own_views or self.current.new_view_url:
            yield _("Views"), self.current.new_view_url, self.own_views
        yield self.current.name, "", self.allowed(self.current.places)

    @cached_property
    def pins(self) -> list[Link]:
        kept = pins_of(self.user) if self.signed_in else []
        return [Link(one["label"], one["url"], "pin") for one in kept if closest(self.installed, one["url"])]

    def general_sections(self) -> Iterable[tuple[Any, str, list[Link]]]:
        for section in INSTALLED.sections:
            yield section.label, "", self.allowed(section.links(self.request))

    def marked(self, links: list[Link]) -> list[Link]:
        """With the link of this page marked, and with counts where they may be worked out now."""
        here = max(links, key=self.closeness, default=None)
        closest = here if here is not None and self.closeness(here) else None
        return [replace(link, current=link is closest, count=self.number(link.count)) for link in links]

    def closeness(self, link: Link) -> int:
        """How exactly a link leads to this page: 0 not at all, else more for each parameter that agrees."""
        there, here = urlsplit(link.url), urlsplit(self.at)
        if here.path != there.path:
            deeper = there.path not in ("/", self.current.url if self.current else "/")
            return 1 if deeper and here.path.startswith(there.path) else 0
        wanted, given = set(parse_qsl(there.query)), set(parse_qsl(here.query))
        return 2 + len(wanted) if wanted <= given else 0

    def number(self, count: Count) -> int | None:
        if callable(count):
            return count() if self.counted else None
        return count

    @property
    def side_url(self) -> str:
        """Where counts and the general sections come from once the page stands; empty when there are none."""
        return reverse("ui:side") if self.signed_in and not self.counted and self.waits else ""

    @property
    def at_query(self) -> str:
        return urlencode({"at": self.at} | ({"belongs": self.belongs} if self.belongs else {}))

    @property
    def waits(self) -> bool:
        if INSTALLED.sections or any(panel.count for panel in self.panels):
            return True
        links = [*self.current.places, *self.own_views] if self.current else []
        return any(callable(link.count) for link in links)

    # the page

    @property
    def editor(self) -> str:
        """The layout of a create or edit form: the drawer's where the drawer asked, else a page of its own."""
        return "ui/editor_drawer.html" if in_drawer(self.request) else "ui/editor_page.html"

    @property
    def error_layout(self) -> str:
        """Errors stand inside the frame for those who have signed in and may see one."""
        framed = self.signed_in and not self.user.must_change_password
        return "ui/errors/page.html" if framed else "ui/errors/bare_page.html"

    @property
    def home(self) -> str:
        """The first module this person may use."""
        return self.installed[0].url if self.installed else "/"

    @property
    def words(self) -> dict[str, str]:
        return words()

    @property
    def toasts(self) -> list[dict[str, str]]:
        return toasts(self.request)
