"""Who may see a customer, and why: the roles that reach it, read by the same rule that hands out rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from keyuan.customers.models import Customer
from keyuan.org.models import Grant, Role, User
from keyuan.org.rights import Rights, Tree
from keyuan.org.scopes import Scope


@dataclass
class Access:
    """One person who may see the record.

    Attributes:
        because: the roles that reach it, each with how far it reaches.
    """

    user: User
    because: list[tuple[Role, str]] = field(default_factory=list)
    operations: set[str] = field(default_factory=set)


def who_may(customer: Customer) -> list[Access]:
    """The enabled people who may see this customer, by name, with everything that they may do with it."""
    found: dict[int, Access] = {}
    tree = Tree()
    tree.below = _above(customer.owner)
    grants = Grant.objects.filter(module=customer.module).select_related("role").prefetch_related("role__members")
    for grant in grants:
        for user in grant.role.members.all():
            if user.is_active:
                _add(grant, user, customer, found, tree)
    seeing = [access for access in found.values() if "view" in access.operations]
    return sorted(seeing, key=lambda access: (access.user.name, access.user.pk))


def _above(owner: User | None) -> dict[int, list[int]]:
    """For everybody above the owner, the owner as the subordinate who counts here."""
    above: dict[int, list[int]] = {}
    superiors = dict(User.objects.exclude(superior=None).values_list("pk", "superior_id")) if owner else {}
    at = superiors.pop(owner.pk, None) if owner else None
    while at is not None:
        above[at] = [owner.pk]  # type: ignore[union-attr]
        at = superiors.pop(at, None)
    return above


def _add(grant: Grant, user: User, customer: Customer, found: dict[int, Access], tree: Tree) -> None:
    for operation, override in grant.operations.items():
        scope = override or grant.scope
        key = (customer.module, operation)
        rights = Rights(user, {key: {(scope, tuple(grant.departments))}}, tree=tree)
        if rights.reach(*key).covers(customer.owner_id, customer.department_id):
            access = found.setdefault(user.pk, Access(user))
            access.operations.add(operation)
            if operation == "view":
                access.because.append((grant.role, scope))


def scope_label(scope: str) -> str:
    return str(Scope(scope).label)
