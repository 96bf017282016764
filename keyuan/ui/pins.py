"""What a person has pinned to the top of the quick menu: addresses of lists with a name (U2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keyuan.org.http import Request
from keyuan.ui.audience import signed_in
from keyuan.ui.pages import stays_here, toast

if TYPE_CHECKING:
    from keyuan.org.models import User

MOST, LONGEST = 20, 60


class Pin(TypedDict):
    """One pin, as the preferences of its person keep it."""

    label: str
    url: str


def pins_of(user: User) -> list[Pin]:
    """The pins of this person in their order."""
    return list(user.preferences.get("pins", []))


@require_POST
@signed_in
def pin(request: Request) -> HttpResponse:
    """Pin an address of ours, or take the pin away where there is one."""
    url, label = request.POST.get("url", ""), request.POST.get("label", "").strip()[:LONGEST]
    if not stays_here(url) or len(url) > 2000:
        return redirect("/")
    kept = pins_of(request.user)
    others = [one for one in kept if one["url"] != url]
    if len(others) < len(kept):
        request.user.prefer(pins=others)
    elif len(kept) >= MOST:
        toast(request, _("You have %(number)d pins. Take one away first.") % {"number": MOST})
    elif label:
        request.user.prefer(pins=[*kept, Pin(label=label, url=url)])
    return redirect(url)
