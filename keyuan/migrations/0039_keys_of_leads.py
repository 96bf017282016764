"""Leads that are there already are found by the duplicate check, too."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from keyuan.leads.models.deriving import lead_keys

CHUNK = 2000


def lay(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    leads, keys = apps.get_model("keyuan", "Lead"), apps.get_model("keyuan", "DuplicateKey")
    fields = ("pk", "state", "company", "mobile", "phone", "email", "deleted_at")
    rows = leads._base_manager.exclude(state="converted").only(*fields).order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        keys.objects.bulk_create(
            keys(kind=one.kind, key=one.key[:300], record_type="lead", record_id=lead.pk, live=lead.deleted_at is None)
            for lead in chunk
            for one in lead_keys(lead)
        )


def take(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("keyuan", "DuplicateKey").objects.filter(record_type="lead").delete()


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("keyuan", "0038_of_campaigns_are_found")]
    operations = [migrations.RunPython(lay, take)]
