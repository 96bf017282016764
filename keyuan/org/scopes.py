"""The words of rights: modules, operations and how far an operation reaches."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Scope(models.TextChoices):
    """How far an operation reaches, from near to far."""

    OWN = "own", _("Own")
    TEAM = "team", _("Own and subordinates")
    DEPARTMENT = "department", pgettext_lazy("scope", "Department")
    BRANCH = "branch", _("Department and below")
    CHOSEN = "chosen", _("Chosen departments")
    ALL = "all", _("Everything")


class Operation(models.TextChoices):
    VIEW = "view", pgettext_lazy("operation", "View")
    CREATE = "create", pgettext_lazy("operation", "Create")
    EDIT = "edit", pgettext_lazy("operation", "Edit")
    DELETE = "delete", pgettext_lazy("operation", "Delete")
    TRANSFER = "transfer", pgettext_lazy("operation", "Transfer")
    CLAIM = "claim", pgettext_lazy("operation", "Claim")
    ASSIGN = "assign", pgettext_lazy("operation", "Assign")
    RELEASE = "release", pgettext_lazy("operation", "Release")
    MERGE = "merge", pgettext_lazy("operation", "Merge")
    APPROVE = "approve", pgettext_lazy("operation", "Approve")
    REOPEN = "reopen", pgettext_lazy("operation", "Reopen")
    IMPORT = "import", pgettext_lazy("operation", "Import")
    EXPORT = "export", pgettext_lazy("operation", "Export")


class FieldRight(models.TextChoices):
    """What a role may do with one field, from little to much. Masked values are told in part; 'show' is logged."""

    HIDDEN = "hidden", pgettext_lazy("field right", "Hidden")
    MASKED = "masked", pgettext_lazy("field right", "Masked")
    READ_ONLY = "read-only", pgettext_lazy("field right", "Read-only")
    EDITABLE = "editable", pgettext_lazy("field right", "Editable")


class Module(models.TextChoices):
    CUSTOMER = "customer", pgettext_lazy("module", "Customers")
    CONTACT = "contact", pgettext_lazy("module", "Contacts")
    LEAD = "lead", pgettext_lazy("module", "Leads")
    OPPORTUNITY = "opportunity", pgettext_lazy("module", "Opportunities")
    PRODUCT = "product", pgettext_lazy("module", "Products")
    FOLLOW_UP = "follow_up", pgettext_lazy("module", "Follow-ups")
    PLAN = "plan", pgettext_lazy("module", "Plans")
    CAMPAIGN = "campaign", pgettext_lazy("module", "Campaigns")
    PEOPLE = "people", pgettext_lazy("module", "People and departments")
    SETTINGS = "settings", pgettext_lazy("module", "Settings")
    AUDIT = "audit", pgettext_lazy("module", "Audit")


FOLLOWS = {Module.CONTACT: Module.CUSTOMER, Module.FOLLOW_UP: Module.CUSTOMER}
"""Modules whose rows follow the rows of another: they have operations, but no scope of their own."""

OPERATIONS: dict[str, tuple[str, ...]] = {
    Module.CUSTOMER: tuple(one for one in Operation.values if one != "reopen"),
    Module.CONTACT: ("view", "create", "edit", "delete", "import", "export"),
    Module.LEAD: (
        "view",
        "create",
        "edit",
        "delete",
        "transfer",
        "claim",
        "assign",
        "release",
        "merge",
        "import",
        "export",
    ),
    Module.OPPORTUNITY: ("view", "create", "edit", "delete", "transfer", "reopen", "import", "export"),
    Module.PRODUCT: ("view", "create", "edit", "delete", "export"),
    Module.FOLLOW_UP: ("view", "create", "edit", "delete", "import", "export"),
    Module.PLAN: ("view", "create", "edit", "delete", "export"),
    Module.CAMPAIGN: ("view", "create", "edit", "delete", "transfer", "export"),
    Module.PEOPLE: ("view", "create", "edit"),
    Module.SETTINGS: ("view", "edit"),
    Module.AUDIT: ("view", "export"),
}
"""Which operations make sense for which module; the role page shows a dash for the others."""
