"""What a registry knows, laid into the form of a customer for a person to check and save (C10, C12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from keyuan.customers import registry
from keyuan.customers.forms import CustomerForm
from keyuan.records.catalogue import Field
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.money import split_money
from keyuan.records.kinds import Choice, Money
from keyuan.records.namebook import NameBook
from keyuan.records.text import normalise

WORDS = {
    "company_type": {"股份有限": "joint_stock", "有限责任": "limited", "个体工商": "individual", "合伙": "partnership",
                     "独资企业": "sole", "外商投资": "foreign", "国有": "state", "全民所有制": "state"},
    "registration_status": {"存续": "active", "在业": "active", "在营": "active", "开业": "active", "停业": "suspended",
                            "吊销": "revoked", "注销": "cancelled", "迁出": "moved"},
}  # fmt: skip
"""What registries write, and the options that it means; the first that stands in the text counts."""


@dataclass
class Registered:
    """What became of a look-up.

    Attributes:
        problem: why there is nothing, as a sentence; "" where something was found.
        typed: what the inputs hold now, by name.
        filled: labels of the fields that were filled in.
        replaced: label, old and new text of those in which something else stood.
        left: label and text of what fits no input.
    """

    problem: str = ""
    typed: dict[str, Any] = field(default_factory=dict)
    filled: list[str] = field(default_factory=list)
    replaced: list[tuple[str, str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def look_up(form: CustomerForm) -> Registered:
    """Ask the registry for the credit code, or else the name, that stands in a form, and fill in what it knows.

    Nothing is saved; whatever fails is a sentence, and what was typed stays.
    """
    told = Registered(typed=typed(form))
    asked = str(form.data.get("uscc") or form.data.get("name") or "").strip()[:200]
    provider = registry.provider()
    if provider is None:
        told.problem = _("No registry is set up.")
    elif not asked:
        told.problem = _("Write the name or the credit code first.")
    else:
        try:
            found = provider.look_up(asked)
        except registry.LookUpFailed as failure:
            told.problem = _("%(problem)s Everything can be filled in by hand.") % {"problem": failure}
        else:
            _lay(form, found or {}, told)
            told.problem = "" if found else _("Nothing is registered under “%(asked)s”.") % {"asked": asked}
    return told


def typed(form: Any) -> dict[str, Any]:
    """What stands in the inputs of a form that was sent."""
    return {
        name: one.widget.value_from_datadict(form.data, {}, form.add_prefix(name)) for name, one in form.fields.items()
    }


def _lay(form: CustomerForm, found: dict[str, str], told: Registered) -> None:
    fields = form.offered(form.by)
    for name in registry.FIELDS:
        if name not in found or name not in form.fields:
            continue
        label, before = str(fields[name].label), str(told.typed.get(name) or "").strip()
        text = fitting(fields[name], found[name], form.book)
        if text is None:
            told.left.append((label, found[name]))
        elif text != before:
            told.typed[name] = text
            if before:
                told.replaced.append((label, _shown(fields[name], before, form.book), found[name]))
            else:
                told.filled.append(label)


def fitting(one: Field, text: str, book: NameBook) -> str | None:
    """What the input of a field holds for a registry's text; None where it fits none."""
    kind = one.kind
    if isinstance(kind, Choice):
        return _nearest(kind, text, book)
    try:
        if isinstance(kind, Money) and split_money(text)[1] not in (None, "CNY"):
            return None  # the field is in yuan
        value = kind.parse(text, book)
    except Invalid:
        return None
    return str(kind.typed(value, book))


def _nearest(kind: Choice, text: str, book: NameBook) -> str | None:
    """The option with this name, else the one whose name stands in the text: 有限责任公司（自然人独资）."""
    known = kind.find(text, book)
    if known is not None and not known.is_retired:
        return known.key
    wanted = normalise(text)
    offered = kind.offered(book)
    within = [(len(name), one.key) for one in offered for name in one.names if normalise(name) in wanted]
    if within:
        return max(within)[1]
    keys = {one.key for one in offered}
    return next((key for word, key in WORDS.get(kind.list, {}).items() if word in wanted and key in keys), None)


def _shown(one: Field, text: str, book: NameBook) -> str:
    find: Callable[..., Any] | None = one.kind.find if isinstance(one.kind, Choice) else None
    return str(find(text, book) or text) if find else text
