"""Every row of a sheet of staff as the form of the page would take it, with what is wrong in words. Writes nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from keyuan.exchange.staff.columns import FIELDS, REQUIRED, label, taken
from keyuan.exchange.staff.house import BETWEEN, House, nearest
from keyuan.org.models import Department, Role
from keyuan.people.forms import MemberForm
from keyuan.records.cleaners import Invalid
from keyuan.records.cleaners.email import clean_email
from keyuan.records.cleaners.lines import clean_line
from keyuan.records.cleaners.phone import clean_phone
from keyuan.records.text import normalise, pinyin_forms

LANGUAGES = {
    **dict.fromkeys(("中文", "简体中文", "汉语", "zh", "zh-hans", "zh-cn", "chinese"), "zh-hans"),
    **dict.fromkeys(("英文", "英语", "en", "english"), "en"),
}
Superior = tuple[str, int]
"""`("user", id)` for somebody who is there, `("row", number)` for somebody of the same sheet."""


@dataclass
class Person:
    """One row: its texts, what they mean, and what is wrong with it.

    Attributes:
        below: names of departments to be made below `department`.
        proposed: whether the user name was made from the name.
        problems: field and sentence.
    """

    number: int
    texts: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)
    department: Department | None = None
    below: list[str] = field(default_factory=list)
    superior: Superior | None = None
    roles: list[Role] = field(default_factory=list)
    proposed: bool = False
    problems: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, name: str, sentence: str) -> None:
        self.problems.append((name, sentence))

    @property
    def wrong(self) -> set[str]:
        return {name for name, _sentence in self.problems}


class Check:
    """A sheet before the house as it stands now."""

    def __init__(self, rows: Sequence[tuple[int, list[str]]], at: dict[str, int], house: House, *, make: bool) -> None:
        self.house, self.make = house, make and house.by.is_administrator
        self.people = [Person(number, taken(cells, at)) for number, cells in rows]
        for one in self.people:
            self._read(one)
        self._propose()
        signing_in = house.usernames | house.phones | house.emails  # a user name wins over all of them
        for name, had in (("username", signing_in), ("phone", house.phones), ("email", house.emails)):
            self._refuse_taken(name, had)
        self._find_superiors()
        self._refuse_circles()

    @property
    def refused(self) -> list[Person]:
        return [one for one in self.people if one.problems]

    @property
    def new_departments(self) -> list[str]:
        """Paths of the departments that would be made, each once, parents first."""
        found: dict[str, None] = {}
        for one in self.people:
            if one.department is not None and not one.problems:
                for depth in range(1, len(one.below) + 1):
                    found["/".join([self.house.told(one.department), *one.below[:depth]])] = None
        return list(found)

    def _read(self, one: Person) -> None:
        for name in REQUIRED:
            if not one.texts[name]:
                one.refuse(name, _("%(field)s is required") % {"field": label(name)})
        readers: dict[str, Callable[[str], str]] = {
            "name": lambda text: clean_line(text, 60),
            "position": lambda text: clean_line(text, 60),
            "username": MemberForm.base_fields["username"].clean,
            "phone": clean_phone,
            "email": clean_email,
            "language": _language,
        }
        for name, read in readers.items():
            one.values[name] = self._cleaned(one, name, read) if one.texts[name] else ""
        if one.texts["department"]:
            self._find_department(one)
        self._find_roles(one)

    def _cleaned(self, one: Person, name: str, read: Callable[[str], str]) -> str:
        try:
            return read(one.texts[name])
        except forms.ValidationError as refusal:
            one.refuse(name, " ".join(refusal.messages))
        except Invalid as refusal:
            one.refuse(name, str(refusal))
        return ""

    def _find_department(self, one: Person) -> None:
        text = one.texts["department"]
        found, missing = self.house.department(text)
        if found is None or (missing and not self.make):
            return one.refuse("department", unknown(_("department"), text, self.house.near_department(text)))
        if any(len(name) > 100 for name in missing):
            return one.refuse("department", _("A name of a department has at most 100 characters."))
        if found.pk not in self.house.within:
            return one.refuse("department", _("You may not create people in “%(name)s”.") % {"name": text})
        one.department, one.below = found, missing
        return None

    def _find_roles(self, one: Person) -> None:
        words = [word for word in BETWEEN.split(one.texts["roles"]) if word]
        if words and not self.house.by.is_administrator:
            return one.refuse("roles", _("Only administrators give roles. Leave this column empty."))
        for word in words:
            role = self.house.roles.get(normalise(word))
            if role is None:
                near = nearest(word, [str(one) for one in self.house.roles.values()])
                one.refuse("roles", unknown(_("role"), word, near))
            elif role not in one.roles:
                one.roles.append(role)
        return None

    def _propose(self) -> None:
        """User names from the names, where there are none: 张三 is zhangsan, the next one zhangsan2."""
        used = self.house.usernames | {one.values["username"].lower() for one in self.people}
        for one in self.people:
            if one.texts["username"] or "name" in one.wrong:
                continue
            forms_ = pinyin_forms(one.values["name"])
            base = re.sub(r"[^a-z0-9]", "", forms_[0] if forms_ else normalise(one.values["name"]))[:50] or "user"
            number, name = 1, base
            while name in used:
                number += 1
                name = f"{base}{number}"
            used.add(name)
            one.values["username"], one.proposed = name, True

    def _refuse_taken(self, name: str, had: set[str]) -> None:
        rows: dict[str, list[Person]] = defaultdict(list)
        for one in self.people:
            if value := one.values[name].lower():
                rows[value].append(one)
        for value, people in rows.items():
            if value in had:
                for one in people:
                    one.refuse(name, TAKEN[name]())
            for one in people[1:]:
                told = {"row": people[0].number}
                one.refuse(name, _("Row %(row)d has the same one. Everybody needs their own.") % told)

    def _find_superiors(self) -> None:
        rows: dict[str, set[int]] = defaultdict(set)
        for one in self.people:
            for word in {one.values[name] for name in ("username", "name", "phone", "email")}:
                if word:
                    rows[normalise(word)].add(one.number)
        names = [*self.house.names, *(one.values["name"] for one in self.people)]
        for one in self.people:
            if text := one.texts["superior"]:
                self._find_superior(one, text, rows, names)

    def _find_superior(self, one: Person, text: str, rows: dict[str, set[int]], names: list[str]) -> None:
        keys = {normalise(text)}
        with suppress(Invalid):
            keys.add(normalise(clean_phone(text)))
        found: set[Superior] = {("user", pk) for key in keys for pk in self.house.superiors.get(key, ())}
        found |= {("row", number) for key in keys for number in rows.get(key, ())}
        if len(found) > 1:
            told = {"name": text, "n": len(found)}
            return one.refuse("superior", _("%(n)d people are called “%(name)s”. Write the user name.") % told)
        if not found:
            return one.refuse("superior", unknown(_("superior"), text, nearest(text, filter(None, names))))
        one.superior = found.pop()
        return None

    def _refuse_circles(self) -> None:
        above = {
            one.number: one.superior[1] for one in self.people if one.superior is not None and one.superior[0] == "row"
        }
        for one in self.people:
            seen: list[int] = []
            at: int | None = one.number
            while at is not None and at not in seen:
                seen.append(at)
                at = above.get(at)
            if at == one.number:
                told = {"rows": " → ".join(map(str, [*seen, at]))}
                one.refuse("superior", _("The superiors form a circle: rows %(rows)s.") % told)


TAKEN: dict[str, Any] = {
    "username": lambda: _("This user name is taken."),
    "phone": lambda: _("Somebody else signs in with this phone."),
    "email": lambda: _("Somebody else signs in with this e-mail."),
}


def unknown(what: str, text: str, near: str) -> str:
    """What does not exist, and what was probably meant."""
    told = {"what": what, "text": text, "near": near}
    if near:
        return _("There is no %(what)s “%(text)s”. Do you mean “%(near)s”?") % told
    return _("There is no %(what)s “%(text)s”.") % told


def _language(text: str) -> str:
    if normalise(text) not in LANGUAGES:
        raise Invalid(_("Write 中文 or English."))
    return LANGUAGES[normalise(text)]


__all__ = ["FIELDS", "Check", "Person"]
