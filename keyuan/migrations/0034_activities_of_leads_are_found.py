"""Follow-ups and plans of one lead are found by an index, built while everybody works."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import F, Q

ABOUT = models.CheckConstraint(
    name="follow_up_is_about_somebody", condition=Q(customer__isnull=False) | Q(lead__isnull=False)
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0033_activities_of_leads")]

    operations = [
        AddIndexConcurrently(
            "followup",
            models.Index(
                F("lead"),
                F("at").desc(),
                F("id").desc(),
                condition=Q(deleted_at=None, lead__isnull=False),
                name="follow_up_of_lead",
            ),
        ),
        AddIndexConcurrently(
            "plan",
            models.Index(
                condition=Q(deleted_at=None, lead__isnull=False), fields=["lead", "starts_at"], name="plan_of_lead"
            ),
        ),
        AddConstraintNotValid("followup", ABOUT),
        ValidateConstraint("followup", ABOUT.name),
    ]
