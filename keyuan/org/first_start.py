"""What a fresh installation begins with: one department, the built-in roles, the robot and an administrator."""

from django.db import transaction

from keyuan.org.accounts import create_user
from keyuan.org.models import Department, Grant, Role, Setting, User
from keyuan.org.scopes import OPERATIONS, Module, Scope

_WORK = ("view", "create", "edit", "transfer", "claim", "release")
BUILT_IN: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "administrator": {module: (Scope.ALL, operations) for module, operations in OPERATIONS.items()},
    "sales_manager": {
        Module.CUSTOMER: (Scope.BRANCH, (*_WORK, "assign", "merge", "approve", "import", "export", "delete")),
        Module.CONTACT: (Scope.BRANCH, OPERATIONS[Module.CONTACT]),
        Module.LEAD: (Scope.BRANCH, OPERATIONS[Module.LEAD]),
        Module.CAMPAIGN: (Scope.ALL, ("view", "export")),
        Module.OPPORTUNITY: (Scope.BRANCH, OPERATIONS[Module.OPPORTUNITY]),
        Module.PRODUCT: (Scope.ALL, ("view", "create", "edit")),
        Module.FOLLOW_UP: (Scope.BRANCH, OPERATIONS[Module.FOLLOW_UP]),
        Module.PLAN: (Scope.BRANCH, OPERATIONS[Module.PLAN]),
        Module.PEOPLE: (Scope.BRANCH, ("view",)),
    },
    "sales": {
        Module.CUSTOMER: (Scope.OWN, (*_WORK, "import")),
        Module.CONTACT: (Scope.OWN, ("view", "create", "edit", "delete", "import")),
        Module.LEAD: (Scope.OWN, (*_WORK, "import")),
        Module.CAMPAIGN: (Scope.ALL, ("view",)),
        Module.OPPORTUNITY: (Scope.OWN, ("view", "create", "edit", "transfer", "import")),
        Module.PRODUCT: (Scope.ALL, ("view",)),
        Module.FOLLOW_UP: (Scope.OWN, ("view", "create", "edit")),
        Module.PLAN: (Scope.OWN, ("view", "create", "edit", "delete")),
    },
    "marketing": {
        Module.CUSTOMER: (Scope.ALL, ("view", "create", "import")),
        Module.CONTACT: (Scope.ALL, ("view", "create", "import")),
        Module.LEAD: (Scope.ALL, OPERATIONS[Module.LEAD]),
        Module.CAMPAIGN: (Scope.ALL, OPERATIONS[Module.CAMPAIGN]),
        Module.OPPORTUNITY: (Scope.ALL, ("view",)),
        Module.PRODUCT: (Scope.ALL, ("view",)),
        Module.FOLLOW_UP: (Scope.ALL, ("view", "create", "edit")),
        Module.PLAN: (Scope.OWN, ("view", "create", "edit", "delete")),
    },
    "auditor": {
        Module.CUSTOMER: (Scope.ALL, ("view", "export")),
        Module.CONTACT: (Scope.ALL, ("view", "export")),
        Module.LEAD: (Scope.ALL, ("view", "export")),
        Module.CAMPAIGN: (Scope.ALL, ("view", "export")),
        Module.OPPORTUNITY: (Scope.ALL, ("view", "export")),
        Module.PRODUCT: (Scope.ALL, ("view", "export")),
        Module.FOLLOW_UP: (Scope.ALL, ("view", "export")),
        Module.PLAN: (Scope.ALL, ("view", "export")),
        Module.PEOPLE: (Scope.ALL, ("view",)),
        Module.SETTINGS: (Scope.ALL, ("view",)),
        Module.AUDIT: (Scope.ALL, OPERATIONS[Module.AUDIT]),
    },
}
"""Built-in roles (W2): per module the default scope and the granted operations."""


def lay_foundation() -> None:
    """The root department, the built-in roles and the robot, where they do not exist yet."""
    if not Department.objects.exists():
        root = Department.objects.create(name="总公司")
        Department.objects.filter(pk=root.pk).update(path=f"{root.pk}/")
    for position, (key, modules) in enumerate(BUILT_IN.items()):
        role, is_new = Role.objects.get_or_create(key=key, defaults={"position": position})
        if is_new:
            Grant.objects.bulk_create(_grants(role, modules))
    lay_robot()


def lay_robot() -> User:
    """The user in whose name the machine works."""
    return User.objects.robot()


def _grants(role: Role, modules: dict[str, tuple[str, tuple[str, ...]]]) -> list[Grant]:
    return [
        Grant(role=role, module=module, scope=scope, operations=dict.fromkeys(operations, ""))
        for module, (scope, operations) in modules.items()
    ]


@transaction.atomic
def first_administrator() -> tuple[str, str] | None:
    """The first administrator's user name and initial password; None when the installation is not new."""
    lay_foundation()
    if User.objects.people().exists():
        return None
    Setting.objects.get_or_create(key="company_name", defaults={"value": ""})
    user, password = create_user(
        roles=[Role.objects.get(key="administrator")],
        username="admin",
        name="管理员",
        department=Department.objects.first(),
    )
    return user.username, password
