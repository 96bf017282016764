"""What a person may do, in words: the union of their roles, module by module."""

from __future__ import annotations

from dataclasses import dataclass

from keyuan.org.models import Department, User
from keyuan.org.scopes import FOLLOWS, OPERATIONS, Module, Operation, Scope


@dataclass(frozen=True)
class Granted:
    """One module: how far, and what."""

    module: str
    parts: list[tuple[str, list[str]]]


def granted_to(person: User) -> list[Granted]:
    """What the roles of a person grant together; operations that reach equally far stand together."""
    names = dict(Department.objects.values_list("pk", "name"))
    found = []
    for module, operations in OPERATIONS.items():
        parts: dict[str, list[str]] = {}
        for name in operations:
            scopes = person.rights.scopes.get((module, name))
            if scopes:
                how_far = "" if module in FOLLOWS or module == Module.SETTINGS else _told(scopes, names)
                parts.setdefault(how_far, []).append(str(Operation(name).label))
        if parts:
            found.append(Granted(str(Module(module).label), list(parts.items())))
    return found


def _told(scopes: set[tuple[str, tuple[int, ...]]], names: dict[int, str]) -> str:
    """The scopes of one operation, from near to far; everything says it all."""
    given = {scope for scope, _chosen in scopes}
    if Scope.ALL in given:
        return str(Scope.ALL.label)
    chosen = sorted({pk for scope, pks in scopes if scope == Scope.CHOSEN for pk in pks})
    words = [str(one.label) for one in Scope if one in given and one != Scope.CHOSEN]
    return " + ".join([*words, *(names[pk] for pk in chosen if pk in names)])
