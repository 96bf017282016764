"""Who wrote a follow-up, in words that lead back to the same person: in files that go out and that come in."""

from __future__ import annotations

import re
from collections import defaultdict

from django.db.models import Count
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.cleaners import Invalid
from keyuan.records.namebook import NameBook
from keyuan.records.reference.nearest import nearest
from keyuan.records.text import normalise

_TOLD = re.compile(r"[^()（）]+[(（]([^()（）]+)[)）]")


def told(pk: int | None, book: NameBook) -> str:
    """The name of a person; where several have it, with the user name in brackets."""
    person = book.person(pk)
    if person is None:
        return ""
    shared: set[str] = book.shelf.get("namesakes", _namesakes)
    return f"{person} ({person.username})" if person.name in shared else str(person)


def _namesakes() -> set[str]:
    names = User.objects.people().values("name").annotate(people=Count("pk"))
    return set(names.filter(people__gt=1).values_list("name", flat=True))


class Authors:
    """Everybody who is or was here, by the words that a sheet says. Those who have left wrote what they wrote."""

    def __init__(self) -> None:
        self.by_username: dict[str, User] = {}
        self.by_name: dict[str, list[User]] = defaultdict(list)
        for person in User.objects.people().only("pk", "username", "name"):
            self.by_username[person.username.lower()] = person
            self.by_name[normalise(person.name)].append(person)

    def find(self, text: str) -> User:
        """By user name, by a name that only one person has, or as `told` tells it.

        Raises:
            Invalid: nobody, or several; with the nearest name.
        """
        word = " ".join(text.split())
        named = self.by_name.get(normalise(word), [])
        known = self._by_username(word) or (named[0] if len(named) == 1 else None)
        if known is not None:
            return known
        if named:
            raise Invalid(
                _("%(n)d people are called “%(name)s”. Write the user name instead, such as %(username)s.")
                % {"n": len(named), "name": word[:40], "username": named[0].username}
            )
        raise self._nobody(word)

    def _by_username(self, word: str) -> User | None:
        inside = _TOLD.fullmatch(word)
        return self.by_username.get(word.lower()) or (self.by_username.get(inside[1].lower()) if inside else None)

    def _nobody(self, word: str) -> Invalid:
        near = nearest(word, [people[0].name for people in self.by_name.values()])
        if near is None:
            return Invalid(_("Nobody here is called “%(name)s”.") % {"name": word[:40]})
        words = {"name": word[:40], "near": near}
        return Invalid(_("Nobody here is called “%(name)s”. Did you mean “%(near)s”?") % words)
