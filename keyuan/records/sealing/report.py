"""What `keyuan audit verify` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keyuan.records.sealing.sentences import moment
from keyuan.records.sealing.verifying import Figures, Verification


def report(say: Callable[[str], None]) -> int:
    """Say everything that is wrong, then notes and figures; 1 where something is wrong."""
    verification, wrong = Verification(), 0
    for sentence in verification.findings():
        wrong += 1
        say(f"✗ {sentence}")
    for note in verification.figures.notes:
        say(f"· {note}")
    for line in lines(verification.figures):
        say(f"· {line}")
    say(verdict(verification.figures, wrong))
    return int(wrong > 0)


def lines(figures: Figures) -> Iterator[str]:
    if figures.erased:
        yield _("Values erased, and told so: %(number)d events") % {"number": figures.erased}
    if figures.dropped:
        yield _("Gone by retention, and told so: %(number)d events") % {"number": figures.dropped}
    if figures.unsealed:
        yield _("Not sealed yet: %(number)d events") % {"number": figures.unsealed}


def verdict(figures: Figures, wrong: int) -> str:
    if wrong:
        text = ngettext("✗ %(number)d finding.", "✗ %(number)d findings.", wrong) % {"number": wrong}
    else:
        text = _("✓ Nothing was altered, deleted or inserted by hand.")
    numbers = {
        "events": figures.events,
        "seals": figures.seals,
        "records": figures.records,
        "since": moment(figures.since),
    }
    return f"{text} " + _("%(events)d events in %(seals)d seals since %(since)s, %(records)d records.") % numbers
