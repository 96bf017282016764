"""How this installation has arranged its modules: other names, another order, some switched off (M1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

from django.apps import apps
from django.utils.translation import pgettext_lazy

from keyuan.org.shelf import shelf_of

if TYPE_CHECKING:
    from keyuan.org.models import User
    from keyuan.ui.frame import Module

LABELS = {
    "home": pgettext_lazy("menu", "Home"),
    "customers": pgettext_lazy("menu", "Customers"),
    "leads": pgettext_lazy("menu", "Leads"),
    "opportunities": pgettext_lazy("menu", "Opportunities"),
    "activities": pgettext_lazy("menu", "Activities"),
    "reports": pgettext_lazy("menu", "Reports"),
}
SHORT = {
    "home": pgettext_lazy("menu", "Home"),
    "customers": pgettext_lazy("tab", "Customers"),
    "opportunities": pgettext_lazy("tab", "Deals"),
}
ICONS = {
    "home": "layout-dashboard",
    "customers": "building",
    "leads": "user-search",
    "opportunities": "layout-kanban",
    "activities": "calendar-due",
    "reports": "chart-bar",
}
ALWAYS_ON = ("home", "admin")
SETTING = "modules"


class Arrangement(TypedDict, total=False):
    """What is kept in the setting: own names by key, the order of keys, the keys of what is switched off."""

    names: dict[str, str]
    order: list[str]
    off: list[str]


def arrangement(user: User) -> Arrangement:
    """How the modules are arranged now."""
    kept = apps.get_model("keyuan", "Setting").objects.filter(pk=SETTING).values_list("value", flat=True)
    found: Any = shelf_of(user).get(SETTING, lambda: kept.first() or {})
    return found


def is_on(key: str, user: User) -> bool:
    """Whether a module is switched on."""
    return key not in arrangement(user).get("off", [])


def is_module_off(key: str) -> bool:
    """Whether a module is switched off, asked on behalf of nobody who has signed in."""
    kept = apps.get_model("keyuan", "Setting").objects.filter(pk=SETTING).values_list("value", flat=True).first()
    return key in (kept or {}).get("off", [])


def arranged(modules: Sequence[Module], wanted: Arrangement) -> list[Module]:
    """The modules that are on, in the wanted order, under their own names; new ones come last."""
    names, order, off = wanted.get("names", {}), wanted.get("order", []), wanted.get("off", [])
    kept = [one for one in modules if one.key not in off]
    kept.sort(key=lambda one: order.index(one.key) if one.key in order else len(order))
    return [replace(one, label=names[one.key], renamed=True) if names.get(one.key) else one for one in kept]


def closest(modules: Iterable[Module], path: str) -> Module | None:
    """The module with the longest address that begins `path`."""
    found, length = None, 0
    for module in modules:
        for address in module.addresses:
            if len(address) > length and (path == address or (address != "/" and path.startswith(address))):
                found, length = module, len(address)
    return found


def is_off(modules: Sequence[Module], path: str, user: User) -> bool:
    """Whether the page belongs to a module that is switched off."""
    off = arrangement(user).get("off", [])
    if not off:
        return False
    module = closest(modules, path)
    return module is not None and module.key in off
