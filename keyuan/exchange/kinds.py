"""What a sheet can hold. Reading, steps, checkpoints, pages and files are the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from keyuan.activities.fields import FOLLOW_UP
from keyuan.customers.fields import CUSTOMER
from keyuan.exchange import guessing, running, targets
from keyuan.exchange.activities import columns as follow_up_columns
from keyuan.exchange.activities import running as follow_up_running
from keyuan.exchange.columns import Mapping
from keyuan.exchange.leads import columns as lead_columns
from keyuan.exchange.leads.running import LEADS
from keyuan.exchange.models import Import
from keyuan.exchange.opportunities import columns as opportunity_columns
from keyuan.exchange.opportunities import running as opportunity_running
from keyuan.exchange.targets import Target
from keyuan.leads.fields import LEAD
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue
from keyuan.records.errors import NotAllowed, RuleBroken


@dataclass(frozen=True)
class ImportKind:
    """One thing that a sheet can hold.

    Attributes:
        name: in addresses, the API and the command line.
        catalogue: of its records; the right to import is that of its module.
        label: what the sheet holds; `title` of its pages, `refusal` of those who may not, `template` the file's name.
        list: the route of the list that shows what came in.
        targets: what columns can fall into, for one person.
        guess: the likeliest mapping of a header.
        needed: targets without which no row can be read.
        shown: the columns of the preview, as far as they are mapped; the first names the row.
        check, write: the two passes.
    """

    name: str
    catalogue: Catalogue
    label: Any
    title: Any
    refusal: Any
    template: Any
    list: str
    targets: Callable[[User], dict[str, Target]]
    guess: Callable[[Sequence[str], dict[str, Target]], Mapping]
    needed: tuple[str, ...]
    shown: tuple[str, ...]
    check: Callable[[Import], None]
    write: Callable[[Import], None]

    @property
    def module(self) -> str:
        return self.catalogue.module

    def require(self, user: User) -> None:
        """Raises NotAllowed unless this person may import such sheets."""
        if not user.may(self.module, "import"):
            raise NotAllowed(str(self.refusal))

    def require_columns(self, mapping: Mapping) -> None:
        """Raises RuleBroken where no column gives what every row needs."""
        for key in self.needed:
            if not mapping.gives(key):
                label = self.catalogue.fields[key].label
                raise RuleBroken(_("Choose the column with “%(field)s”.") % {"field": label})


KINDS: dict[str, ImportKind] = {
    one.name: one
    for one in (
        ImportKind(
            "customers",
            CUSTOMER,
            gettext_lazy("Customers with contacts"),
            gettext_lazy("Import customers"),
            gettext_lazy("You may not import customers."),
            gettext_lazy("Customer import template.xlsx"),
            "customers:list",
            targets.targets_for,
            guessing.guess,
            ("name",),
            ("name", "category", "uscc", "industry", "contact.name", "phone", "contact.mobile", "region"),
            running.check,
            running.write,
        ),
        ImportKind(
            "leads",
            LEAD,
            pgettext_lazy("heading", "Leads"),
            gettext_lazy("Import leads"),
            gettext_lazy("You may not import leads."),
            gettext_lazy("Lead import template.xlsx"),
            "leads:list",
            lead_columns.targets_for,
            lead_columns.guess,
            (),
            ("company", "name", "mobile", "source", "rating", "state", "owner"),
            LEADS.check,
            LEADS.write,
        ),
        ImportKind(
            "opportunities",
            OPPORTUNITY,
            pgettext_lazy("heading", "Opportunities"),
            gettext_lazy("Import opportunities"),
            gettext_lazy("You may not import opportunities."),
            gettext_lazy("Opportunity import template.xlsx"),
            "opportunities:list",
            opportunity_columns.targets_for,
            opportunity_columns.guess,
            opportunity_columns.NEEDED,
            ("name", "customer", "stage", "amount", "probability", "expected_on", "owner"),
            opportunity_running.check,
            opportunity_running.write,
        ),
        ImportKind(
            "follow-ups",
            FOLLOW_UP,
            pgettext_lazy("heading", "Follow-ups"),
            gettext_lazy("Import follow-ups"),
            gettext_lazy("You may not import follow-ups."),
            gettext_lazy("Follow-up import template.xlsx"),
            "activities:list",
            follow_up_columns.targets_for,
            follow_up_columns.guess,
            follow_up_columns.NEEDED,
            ("customer", "at", "kind", "content", "contacts", "author"),
            follow_up_running.check,
            follow_up_running.write,
        ),
    )
}
MODULES = tuple(one.module for one in KINDS.values())
ALSO = MODULES[1:]
"""Whoever may import one of these sees the pages as well as those who may import customers."""


def kind_of(of: Import) -> ImportKind:
    return KINDS[of.kind]


def kinds_for(user: User) -> list[ImportKind]:
    """What this person may import."""
    return [one for one in KINDS.values() if user.may(one.module, "import")]


def targets_of(of: Import, user: User) -> dict[str, Target]:
    """What the columns of this import can fall into, for this person."""
    return kind_of(of).targets(user)
