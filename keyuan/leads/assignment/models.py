"""Rules by which leads of nobody find an owner, in their order (E4)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.org.models import Department, User
from keyuan.pools.models import Pool


class Way(models.TextChoices):
    PERSON = "person", pgettext_lazy("assignment", "To one person")
    TURNS = "turns", pgettext_lazy("assignment", "In turn")
    LOAD = "load", pgettext_lazy("assignment", "By load")
    REGION = "region", pgettext_lazy("assignment", "By region")


class AssignmentRule(models.Model):
    """Which leads one rule is about, and to whom it gives them.

    Attributes:
        pool: only what comes into this pool; None for all.
        filter: only leads that meet these conditions (records/query.py); None for all.
        people, department: among whom turns go or loads are compared; the department with everything below it.
        regions: the id of a person by the code of a region; what lies below a region falls to it.
        last_given: who got the last lead of this rule, after whom the next turn begins.
    """

    name = models.CharField(pgettext_lazy("assignment", "Name of the rule"), max_length=60, unique=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    pool = models.ForeignKey(Pool, models.PROTECT, verbose_name=_("Pool"), null=True, related_name="+", db_index=False)
    filter = models.JSONField(null=True)
    way = models.CharField(max_length=10, choices=Way, default=Way.TURNS)
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.SET_NULL, null=True, related_name="+", db_index=False)
    people = ArrayField(models.BigIntegerField(), default=list)
    regions = models.JSONField(default=dict)
    last_given = models.BigIntegerField(null=True)

    class Meta:
        db_table = "assignment_rule"
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
