"""Who is away (离岗) on which days, and who stands in for them (代理人): the verbs, and what others ask (W13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.people import log
from keyuan.people.models import Absence
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.ui import formats

LONGEST = 366  # days

Away = Mapping[int, Absence]
"""By the id of a person their absence of one day."""


@transaction.atomic
def add_absence(person: User, first: date, last: date, *, deputy: User, note: str = "", by: User) -> Absence:
    """Somebody is away from `first` to `last`, both included.

    Raises:
        NotAllowed: `by` is neither the person nor an administrator.
        RuleBroken: the days, or the deputy, make no sense; the sentence says why.
    """
    _require(person, by)
    _check_days(first, last)
    if deputy.pk == person.pk:
        raise RuleBroken(_("Choose somebody else as deputy."))
    if not deputy.is_active or deputy.is_robot:
        raise RuleBroken(_("“%(name)s” can't stand in. Choose somebody who works here.") % {"name": deputy})
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)  # one absence after the other
    other = Absence.objects.filter(person=person, first__lte=last, last__gte=first).first()
    if other is not None:
        raise RuleBroken(_("There is an absence on these days already: %(days)s.") % {"days": in_words(other)})
    absence = Absence.objects.create(person=person, first=first, last=last, deputy=deputy, note=note.strip())
    log.write("user", person.pk, "absent", by=by, before={}, after=_picture(absence))
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, by: User) -> None:
    """Somebody is there: an absence that has begun ends with yesterday, another is gone.

    Raises:
        NotAllowed: `by` is neither the person nor an administrator.
    """
    _require(absence.person, by)
    today = timezone.localdate()
    locked = Absence.objects.select_for_update(of=("self",)).filter(pk=absence.pk, last__gte=today).first()
    if locked is None:
        return
    before = _picture(locked)
    if locked.first < today:
        locked.last = today - timedelta(days=1)
        locked.save(update_fields=["last"])
        log.write("user", locked.person_id, "present", by=by, before=before, after=_picture(locked))
    else:
        locked.delete()
        log.write("user", absence.person_id, "present", by=by, before=before, after={"absence": ""})


def _require(person: User, by: User) -> None:
    if by.pk != person.pk and not by.is_administrator:
        raise NotAllowed(_("Only they themselves and administrators may do this."))


def _check_days(first: date, last: date) -> None:
    if last < first:
        raise RuleBroken(_("The last day can't lie before the first."))
    if last < timezone.localdate():
        raise RuleBroken(_("These days are over. Choose a last day from today on."))
    if (last - first).days >= LONGEST:
        raise RuleBroken(_("An absence lasts at most %(n)d days. Have accounts disabled for longer.") % {"n": LONGEST})


def _picture(absence: Absence) -> dict[str, str]:
    """Days and deputy, as the log keeps them; the note may say what concerns nobody else."""
    return {"absence": f"{absence.first} – {absence.last}", "deputy": str(absence.deputy)}


def in_words(absence: Absence) -> str:
    """Its days: 12月1日–12月5日."""
    first, last = (formats.day(one, weekday=False) for one in (absence.first, absence.last))
    return first if absence.first == absence.last else f"{first} – {last}"


# Asked by others


def coming(person: User) -> list[Absence]:
    """What is and what comes, the next first."""
    found = Absence.objects.filter(person=person, last__gte=timezone.localdate())
    return list(found.select_related("deputy", "person"))


def away_on(day: date) -> Away:
    """Everybody who is away on this day; one query."""
    return {one.person_id: one for one in Absence.objects.filter(first__lte=day, last__gte=day)}


def deputy_of(person: int, away: Away) -> int | None:
    """Who stands in for this person: the deputy or, where they are away as well, theirs.

    Args:
        away: who is away that day (`away_on`).

    Returns:
        The id of somebody who is there; None where the person is there, or where deputies lead in a circle.
    """
    seen = {person}
    absence = away.get(person)
    while absence is not None:
        if absence.deputy_id in seen:
            return None
        seen.add(absence.deputy_id)
        if absence.deputy_id not in away:
            return absence.deputy_id
        absence = away[absence.deputy_id]
    return None
