"""The rights of a role to single fields: fields down, rights across, read from and written to `Grant.fields` (W3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from keyuan.org.models import Role
from keyuan.org.scopes import FieldRight, Module
from keyuan.people.roles import grants_of
from keyuan.records.catalogue import Catalogue, Field
from keyuan.ui.lists.installed import LISTS

ORDER = (FieldRight.EDITABLE, FieldRight.READ_ONLY, FieldRight.MASKED, FieldRight.HIDDEN)


@dataclass(frozen=True)
class Line:
    """One field. `choices` are right, label and whether it holds; a right that the field can't have has no label."""

    name: str
    label: str
    choices: list[tuple[str, str, bool]]

    @property
    def is_limited(self) -> bool:
        return not self.choices[0][2]


@dataclass(frozen=True)
class Block:
    """The fields of one module, in the groups of its form."""

    module: str
    label: str
    lines: list[Line]

    @property
    def limited(self) -> int:
        return sum(line.is_limited for line in self.lines)


def blocks(role: Role) -> list[Block]:
    """The table as it is drawn."""
    granted = grants_of(role)
    return [_block(one, granted[one.module].fields if one.module in granted else {}) for one in catalogues()]


def catalogues() -> list[Catalogue]:
    return [spec.catalogue for spec in LISTS.values()]


def _block(catalogue: Catalogue, rights: dict[str, str]) -> Block:
    lines = [_line(catalogue, one, rights.get(one.name, FieldRight.EDITABLE)) for one in catalogue.limitable_fields()]
    return Block(catalogue.module, str(Module(catalogue.module).label), lines)


def _line(catalogue: Catalogue, field: Field, now: str) -> Line:
    offered = offers(field)
    choices = [(right.value, str(right.label) if right in offered else "", right == now) for right in ORDER]
    return Line(f"{catalogue.module}.{field.name}", str(field.label), choices)


def offers(field: Field) -> list[str]:
    """The rights that a role can have to this field. What nobody fills in is seen or not; only text can be masked."""
    without = set() if field.editable else {FieldRight.READ_ONLY}
    without |= set() if field.kind.maskable else {FieldRight.MASKED}
    return [right for right in ORDER if right not in without]


def read(given: QueryDict) -> dict[str, dict[str, str]]:
    """The limited fields by module that a sent table means; what it does not have, or can't be, is not read."""
    return {one.module: dict(_limited(one, given)) for one in catalogues()}


def _limited(catalogue: Catalogue, given: QueryDict) -> Iterable[tuple[str, str]]:
    for field in catalogue.limitable_fields():
        right = given.get(f"{catalogue.module}.{field.name}", FieldRight.EDITABLE)
        if right != FieldRight.EDITABLE and right in offers(field):
            yield field.name, right
