"""What becomes of each row: a new customer, an update of one that exists, a part of an earlier row, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from keyuan.customers.levels import levels as levels_now
from keyuan.customers.models import Customer
from keyuan.exchange.drafts import Draft
from keyuan.exchange.matching import (
    Earlier,
    Known,
    Seen,
    keys_of,
    look_up,
    places,
    same_customers,
    similar_keys,
    warn_of_similar,
)
from keyuan.exchange.options import Options, Policy
from keyuan.exchange.problems import INFO, Problem
from keyuan.org.models import User

JOIN = "join"
"""The policy for a customer that this import itself has made: it is filled up, and gets the contacts of the row."""


@dataclass
class Decided:
    """The rows of one chunk by what becomes of them."""

    creates: list[Draft] = field(default_factory=list)
    joins: list[tuple[Draft, Earlier]] = field(default_factory=list)
    updates: list[tuple[Draft, str]] = field(default_factory=list)  # with the policy


class Decider:
    """Decides for one import.

    Args:
        by: who imports.
        made_here: customers that this import has made, with the numbers of their rows.
        keep: whether drafts of a chunk stay, so that later rows can be joined to them.
    """

    def __init__(self, by: User, options: Options, made_here: Mapping[int, int], *, keep: bool) -> None:
        self.by, self.options, self.made_here, self.keep = by, options, made_here, keep
        self.seen = Seen()

    def decide(self, drafts: Sequence[Draft], known: Known | None = None) -> Decided:
        """Give every draft its place, or refuse or skip it.

        Args:
            known: what the keys of these drafts meet, where that was looked up already.
        """
        ready = [draft for draft in drafts if not draft.is_refused]
        levels = levels_now()
        for draft in ready:
            draft.keys = draft.keys or keys_of(draft, levels)
            draft.similar = draft.similar or similar_keys(draft, levels)
        known = known or look_up(*places(ready))
        editable = set(
            Customer.objects.allowed(self.by, "edit").filter(pk__in=list(known.customers)).values_list("pk", flat=True)
        )
        decided = Decided()
        for draft in ready:
            self._place(draft, known, editable, decided)
        for draft in drafts:
            draft.outcome = draft.outcome or ("refused" if draft.is_refused else "")
        return decided

    def _place(self, draft: Draft, known: Known, editable: set[int], decided: Decided) -> None:
        same = same_customers(draft, known)
        if len(same) > 1:
            names = [known.customers[pk].name for pk in same]
            text = _("Name and credit code belong to two customers: “%(one)s” and “%(other)s”")
            draft.refuse("two", text % {"one": names[0], "other": names[1]}, draft.name_column, draft.name)
        elif same:
            self._meet(draft, known.customers[same[0]], self.options.same, editable, decided)
        elif earlier := self.seen.first(draft):
            decided.joins.append((draft, earlier))
        else:
            self._maybe_new(draft, known, editable, decided)

    def _maybe_new(self, draft: Draft, known: Known, editable: set[int], decided: Decided) -> None:
        met = sorted(pk for pk in warn_of_similar(draft, known, self.seen) if pk not in self.made_here)
        if not met or self.options.similar == Policy.CREATE:
            decided.creates.append(draft)
            self.seen.add(draft, keep=self.keep)
        elif len(met) > 1 and self.options.similar != Policy.SKIP:
            draft.refuse(
                "several",
                _("It is similar to several customers. Choose one by its full name."),
                draft.name_column,
                draft.name,
            )
        else:
            self._meet(draft, known.customers[met[0]], self.options.similar, editable, decided)

    def _meet(self, draft: Draft, customer: Customer, policy: str, editable: set[int], decided: Decided) -> None:
        """The row's customer exists: what the policy and the rights say."""
        draft.record_id = customer.pk
        if customer.pk in self.made_here:
            text = _("Same customer as row %(number)d") % {"number": self.made_here[customer.pk]}
            draft.problems.append(Problem(INFO, "repeated", text, draft.name_column, draft.name))
            decided.updates.append((draft, JOIN))
        elif customer.pk not in editable:
            words = {"name": customer.name, "owner": customer.owner or _("nobody")}
            self._skip(draft, "foreign", _("“%(name)s” exists, owner %(owner)s") % words)
        elif policy == Policy.SKIP:
            self._skip(draft, "exists", _("“%(name)s” exists") % {"name": customer.name}, customer.pk)
        else:
            decided.updates.append((draft, policy))

    def _skip(self, draft: Draft, reason: str, text: str, pk: int | None = None) -> None:
        draft.outcome = "skipped"
        draft.problems.append(Problem(INFO, reason, text, draft.name_column, draft.name, pk))


def join(draft: Draft, earlier: Earlier) -> None:
    """Put a later row of the same customer to the earlier one: what that left empty, and another contact."""
    added = {name: value for name, value in draft.values.items() if name not in earlier.filled}
    people = [
        person for person in draft.people if not any(person.is_same(name, mobile) for name, mobile in earlier.people)
    ]
    earlier.filled |= added.keys()
    earlier.people += [(person.values["name"], person.values.get("mobile", "")) for person in people]
    text = _("Same customer as row %(number)d") % {"number": earlier.number}
    draft.problems.append(Problem(INFO, "repeated", text, draft.name_column, draft.name))
    draft.outcome = "updated" if added or people else "unchanged"
    if earlier.draft is not None:
        earlier.draft.values.update(added)
        earlier.draft.people += people
        earlier.draft.shape = None
        draft.record_id = earlier.draft.record_id
