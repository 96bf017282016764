"""What a row of leads may be already: customers, contacts, other leads, also unseen ones. It only warns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from keyuan.customers.duplicates import SIMILAR
from keyuan.customers.levels import OFF, levels
from keyuan.exchange.drafts import Draft, numbers
from keyuan.exchange.matching import Known, look_up
from keyuan.records.cleaners.phone import key
from keyuan.records.cleaners.website import domain_key
from keyuan.records.keys import Key
from keyuan.records.names import company_core, company_key, similarity


def keys_of(draft: Draft) -> list[Key]:
    """The keys by which this row may be known, as `lead_keys` makes them."""
    values = draft.values
    stored = [*numbers(values.get("mobile", "")), *numbers(values.get("phone", ""))]
    keys = [Key("phone", key(number)) for number in stored]
    if company := values.get("company"):
        keys += [Key("name", company_key(company)), Key("core", company_core(company))]
    if "email" in values and (domain := domain_key(values["email"])):
        keys.append(Key("domain", domain))
    return [one for one in dict.fromkeys(keys) if one.key]


def warn_of_known(drafts: Sequence[Draft]) -> None:
    """Say at each row what it may be the same as, in a fixed number of queries."""
    for draft in drafts:
        draft.similar = keys_of(draft)
    decided = levels()
    for draft in drafts:
        draft.similar = [one for one in draft.similar if decided.of("lead", one.kind) != OFF]
    known = look_up(set(), {(one.kind, one.key) for draft in drafts for one in draft.similar})
    for draft in drafts:
        for reason, text in dict.fromkeys(_found(draft, known)):
            draft.warn(reason, text, value=draft.values.get("company") or draft.values.get("name", ""))


def _found(draft: Draft, known: Known) -> Iterator[tuple[str, str]]:
    for one in draft.similar:
        place = one.kind, one.key
        customers = [known.customers[pk].name for pk in sorted(known.similar.get(place, ())) if pk in known.customers]
        leads = [_("the lead %(name)s") % {"name": known.names[pk]} for pk in sorted(known.leads.get(place, ()))]
        for name in (*customers, *leads):
            if (said := _said(one, draft, name, is_lead=name in leads)) is not None:
                yield said


def _said(one: Key, draft: Draft, name: str, *, is_lead: bool) -> tuple[str, str] | None:
    if one.kind == "phone":
        return "similar:phone", _("Same phone as “%(name)s”") % {"name": name}
    if one.kind == "domain":
        return "similar:domain", _("Same domain as “%(name)s”") % {"name": name}
    likeness = 1.0 if is_lead else similarity(draft.values["company"], name)
    if likeness < SIMILAR:
        return None
    return "similar:name", _("%(percent)d%% similar to “%(name)s”") % {"name": name, "percent": round(likeness * 100)}
