"""The matrix of a role: modules down, operations across, read from and written to `Grant` (W2, U1)."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from keyuan.org.models import Department, Role
from keyuan.org.scopes import FOLLOWS, OPERATIONS, Module, Operation, Scope
from keyuan.people.roles import Granted, grants_of
from keyuan.records.errors import RuleBroken

SCOPELESS = (Module.SETTINGS, Module.AUDIT)
"""Modules without rows of their own: one may, or one may not."""


@dataclass(frozen=True)
class Cell:
    """One operation of one module; `name` is the check box's, and with `.scope` the override's."""

    name: str
    label: str
    offered: bool
    checked: bool = False
    scope: str = ""
    scope_label: str = ""


@dataclass(frozen=True)
class Row:
    """One module. `follows` names the module whose rows its rows follow."""

    module: str
    label: str
    follows: str
    scoped: bool
    scope: str
    departments: list[int]
    cells: list[Cell]

    @property
    def has_overrides(self) -> bool:
        return any(cell.scope for cell in self.cells)


def rows(role: Role) -> list[Row]:
    """The matrix as it is drawn."""
    grants = grants_of(role)
    return [_row(module, grants.get(module, Granted(Scope.OWN, [], {}))) for module in OPERATIONS]


def _row(module: str, granted: Granted) -> Row:
    label = str(Module(module).label)
    followed = FOLLOWS.get(module)  # type: ignore[call-overload]
    follows = str(followed.label) if followed else ""
    cells = [_cell(module, label, operation, granted) for operation in Operation]
    return Row(module, label, follows, is_scoped(module), granted.scope, granted.departments, cells)


def _cell(module: str, label: str, operation: Operation, granted: Granted) -> Cell:
    scope = granted.operations.get(operation, "")
    return Cell(
        name=f"{module}.{operation}",
        label=f"{label} · {operation.label}",
        offered=operation in OPERATIONS[module],
        checked=operation in granted.operations,
        scope=scope,
        scope_label=str(Scope(scope).label) if scope else "",
    )


def is_scoped(module: str) -> bool:
    return module not in FOLLOWS and module not in SCOPELESS


def read(given: QueryDict) -> dict[str, Granted]:
    """The grants that a sent matrix means; names that it does not have are not read.

    Raises:
        RuleBroken: 'chosen departments' without a department.
    """
    known = set(Department.objects.values_list("pk", flat=True))
    return {module: _granted(module, given, known) for module in OPERATIONS}


def _granted(module: str, given: QueryDict, known: set[int]) -> Granted:
    scope = _scope(given.get(f"{module}.scope", ""), "") or (Scope.OWN if is_scoped(module) else Scope.ALL)
    operations = {
        operation: _scope(given.get(f"{module}.{operation}.scope", ""), "") if is_scoped(module) else ""
        for operation in OPERATIONS[module]
        if given.get(f"{module}.{operation}")
    }
    chosen = [int(pk) for pk in given.getlist(f"{module}.departments") if pk.isdecimal() and len(pk) < 18]
    departments = sorted(known.intersection(chosen))
    wanted = operations and Scope.CHOSEN in {scope, *operations.values()}
    if wanted and not departments:
        raise RuleBroken(_("%(module)s: choose at least one department.") % {"module": Module(module).label})
    return Granted(str(scope), departments if wanted else [], operations)


def _scope(text: str, default: Any) -> str:
    return text if text in Scope.values else default
