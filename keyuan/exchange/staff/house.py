"""The house as a sheet of staff meets it: who and what is there already, found by the words people write."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from django.utils import translation
from rapidfuzz import fuzz, process

from keyuan.exchange.guessing import LANGUAGES
from keyuan.org.models import Department, Role, User
from keyuan.people.departments import tree
from keyuan.records.text import normalise

SLASH, BETWEEN = re.compile(r"\s*[/／\\>＞→|｜]\s*"), re.compile(r"\s*[、,，;；/／|｜]\s*")
NEAR = 50  # per cent of likeness below which nothing is suggested


def nearest(word: str, offered: Iterable[str]) -> str:
    """What was probably meant; an empty string where nothing comes near."""
    words = list(dict.fromkeys(offered))
    found = process.extractOne(normalise(word), words, scorer=fuzz.ratio, processor=normalise, score_cutoff=NEAR)
    return found[0] if found else ""


class House:
    """Departments, roles and people, read once."""

    def __init__(self, by: User) -> None:
        self.by = by
        self._departments()
        self.roles = self._roles()
        rows = User.objects.values_list("pk", "username", "name", "phone", "email", "is_active", "is_robot")
        people = list(rows)
        self.usernames = {username.lower() for _pk, username, *_more in people}
        self.phones = {phone for _pk, _username, _name, phone, *_more in people if phone}
        self.emails = {email.lower() for *_more, email, _active, _robot in people if email}
        self.superiors: dict[str, set[int]] = defaultdict(set)
        self.names: list[str] = []
        for pk, username, name, phone, email, is_active, is_robot in people:
            if is_active and not is_robot:
                self.names.append(name)
                for word in (username, name, phone, email):
                    if word:
                        self.superiors[normalise(word)].add(pk)

    def _departments(self) -> None:
        reach = self.by.reach("people", "create")
        self.tree = tree()
        self._name = {one.pk: one.name for one in self.tree}
        self.by_path: dict[tuple[str, ...], Department] = {}
        self.by_name: dict[str, list[Department]] = defaultdict(list)
        self.paths: list[str] = []
        names: dict[int, tuple[str, ...]] = {}
        for one in self.tree:
            own = (normalise(one.name),)
            names[one.pk] = names[one.parent_id] + own if one.parent_id in names else own
            self.by_path[names[one.pk]] = one
            self.by_name[own[0]].append(one)
            self.paths.append(self.told(one))
        self.within = {one.pk for one in self.tree if self.by.is_administrator or reach.covers(None, one.pk)}

    def told(self, department: Department) -> str:
        """The path of a department below the root, as a sheet writes it."""
        pks = [int(pk) for pk in department.path.split("/") if pk]
        return "/".join(self._name[pk] for pk in pks[1:] or pks if pk in self._name)

    def _roles(self) -> dict[str, Role]:
        found: dict[str, Role] = {}
        roles = list(Role.objects.all())
        for language in LANGUAGES:
            with translation.override(language):
                for role in roles:
                    found.setdefault(normalise(str(role)), role)
        for role in roles:
            if role.key:
                found.setdefault(role.key, role)
        return found

    def department(self, text: str) -> tuple[Department | None, list[str]]:
        """The deepest department that a path names, and the names below it that do not exist.

        A path begins below the root or with it; a single name may also stand anywhere in the tree, where it is the only
        one of its name.
        """
        names = [name for name in SLASH.split(text) if name]
        if len(names) == 1 and len(self.by_name[normalise(names[0])]) == 1:
            return self.by_name[normalise(names[0])][0], []
        root = self.tree[0] if self.tree else None
        at: Department | None = root
        key: tuple[str, ...] = (normalise(root.name),) if root else ()
        if root and names and normalise(names[0]) == key[0]:
            names = names[1:]
        while names and (*key, normalise(names[0])) in self.by_path:
            key = (*key, normalise(names.pop(0)))
            at = self.by_path[key]
        return at, names

    def near_department(self, text: str) -> str:
        return nearest(text, [*self.paths, *(one.name for one in self.tree)])
