"""Two roles beside each other: every operation and every limited field, and where they differ (W2)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from keyuan.org.models import Department, Role
from keyuan.org.scopes import FOLLOWS, OPERATIONS, FieldRight, Module, Operation, Scope
from keyuan.people.field_matrix import catalogues
from keyuan.people.matrix import is_scoped
from keyuan.people.roles import Granted, grants_of

NOTHING = Granted(Scope.OWN, [], {})


@dataclass(frozen=True)
class Pair:
    """One right in words, as each of the two roles has it; "" for no right."""

    label: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        return self.one != self.other


def compare(one: Role, other: Role) -> list[tuple[str, list[Pair]]]:
    """Per module its operations and the fields that one of the two has limited."""
    grants, names = (grants_of(one), grants_of(other)), dict(Department.objects.values_list("pk", "name"))
    limitable = {one.module: one.limitable_fields() for one in catalogues()}
    found = []
    for module in OPERATIONS:
        pair = grants[0].get(module, NOTHING), grants[1].get(module, NOTHING)
        rows = [_operation(module, Operation(name), pair, names) for name in OPERATIONS[module]]
        fields = [field for field in limitable.get(module, []) if any(field.name in side.fields for side in pair)]
        rows += [Pair(str(field.label), *(_right(side, field.name) for side in pair)) for field in fields]
        found.append((str(Module(module).label), rows))
    return found


def differences(module: str, before: dict[str, Any], after: dict[str, Any]) -> list[Pair]:
    """What differs between two grants of one module, as the log keeps them, in words."""
    names = dict(Department.objects.values_list("pk", "name"))
    pair = _granted(before), _granted(after)
    fields = [field for one in catalogues() if one.module == module for field in one.limitable_fields()]
    rows = [_operation(module, Operation(name), pair, names) for name in OPERATIONS.get(module, ())]
    rows += [Pair(str(one.label), *(_right(side, one.name) for side in pair)) for one in fields]
    label = str(Module(module).label)
    return [Pair(f"{label} · {row.label}", row.one, row.other) for row in rows if row.differs]


def _granted(kept: dict[str, Any]) -> Granted:
    return Granted(**kept) if kept else NOTHING


def _operation(module: str, operation: Operation, pair: tuple[Granted, Granted], names: dict[int, str]) -> Pair:
    return Pair(str(operation.label), *(_reach(module, operation, side, names) for side in pair))


def _reach(module: str, operation: str, granted: Granted, names: dict[int, str]) -> str:
    if operation not in granted.operations:
        return ""
    if module in FOLLOWS:
        return _("follows %(module)s") % {"module": FOLLOWS[Module(module)].label}
    scope = granted.operations[operation] or granted.scope
    if not is_scoped(module):
        return _("allowed")
    chosen = "、".join(names[pk] for pk in granted.departments if pk in names) if scope == Scope.CHOSEN else ""
    return f"{Scope(scope).label}{f' ({chosen})' if chosen else ''}"


def _right(granted: Granted, name: str) -> str:
    return str(FieldRight(granted.fields.get(name, FieldRight.EDITABLE)).label)
