"""What pickers of colleagues find while somebody types: by name, pinyin, initials or user name."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.org.shelf import shelf_of
from keyuan.people.absences import away_on
from keyuan.people.models import Absence
from keyuan.records.reference.readings import SURNAMES, usual
from keyuan.records.text import normalise
from keyuan.ui import formats
from keyuan.ui.audience import signed_in

SHOWN = 8


@require_GET
@signed_in
def colleagues(request: Request) -> HttpResponse:
    """Names, and who is away, are everybody's to know; phones and addresses are not told here."""
    word = normalise(request.GET.get("q", "")[:60])
    people = shelf_of(request.user).get("colleagues", known)
    near = request.user.department_id
    hits = [one for one in people if not word or any(text.startswith(word) or word in text for text in one[3])]
    hits.sort(key=lambda one: (one[4] != near, one[1]))
    away = away_on(timezone.localdate())
    return JsonResponse(
        [[pk, name, beside(where, away.get(pk))] for pk, name, where, *_rest in hits[:SHOWN]], safe=False
    )


def beside(department: str, absence: Absence | None) -> str:
    """The department, and until when somebody is away: whoever chooses them shall know."""
    until = _("away until %(day)s") % {"day": formats.day(absence.last, weekday=False)} if absence else ""
    return " · ".join(filter(None, [department, until]))


def known() -> list[tuple[int, str, str, list[str], int | None]]:
    """Everybody who is active: id, name, department, and the words by which they are found."""
    rows = User.objects.people().filter(is_active=True).select_related("department").defer("preferences")
    return [
        (one.pk, str(one), str(one.department or ""), spoken(one.name, one.username), one.department_id) for one in rows
    ]


def spoken(name: str, username: str) -> list[str]:
    signs = name.replace(" ", "")
    sounds = [usual(sign) or sign for sign in signs]
    if sounds:
        sounds[0] = SURNAMES.get(signs[0], sounds[0])
    return [normalise(text) for text in (name, username, "".join(sounds), "".join(one[:1] for one in sounds))]
