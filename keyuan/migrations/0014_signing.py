"""Sessions with their person and place, known places, passwords of before, links for forgotten ones; what roles and
people hold about them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

PERSON = {"to": settings.AUTH_USER_MODEL, "on_delete": django.db.models.deletion.CASCADE}
NOW = django.utils.timezone.now


def key() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0013_staff_import"), ("sessions", "0001_initial")]

    operations = [
        migrations.AddField("role", "addresses", django.contrib.postgres.fields.ArrayField(
            base_field=models.CharField(max_length=50), blank=True, default=list, size=None)),
        migrations.AddField("user", "password_changed_at", models.DateTimeField(default=NOW)),
        migrations.CreateModel(
            "Session",
            fields=[
                ("session_key", models.CharField(
                    max_length=40, primary_key=True, serialize=False, verbose_name="session key")),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("address", models.CharField(blank=True, max_length=45)),
                ("device", models.CharField(blank=True, max_length=60)),
                ("browser", models.CharField(blank=True, max_length=60)),
                ("started_at", models.DateTimeField(default=NOW)),
                ("seen_at", models.DateTimeField(default=NOW)),
                ("user", models.ForeignKey(blank=True, null=True, related_name="sessions", **PERSON)),
            ],
            options={"db_table": "session"},
        ),
        migrations.CreateModel(
            "Place",
            fields=[
                ("id", key()),
                ("browser_id", models.CharField(db_collation="C", max_length=40)),
                ("address", models.CharField(max_length=45)),
                ("device", models.CharField(blank=True, max_length=60)),
                ("browser", models.CharField(blank=True, max_length=60)),
                ("session_key", models.CharField(blank=True, db_collation="C", max_length=40)),
                ("at", models.DateTimeField(default=NOW)),
                ("is_news", models.BooleanField(default=False)),
                ("user", models.ForeignKey(related_name="places", **PERSON)),
            ],
            options={"db_table": "sign_in_place"},
        ),
        migrations.AddConstraint(
            "place",
            models.UniqueConstraint("user", "browser_id", "address", name="a_place_is_known_once"),
        ),
        migrations.CreateModel(
            "UsedPassword",
            fields=[
                ("id", key()),
                ("password", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=NOW)),
                ("user", models.ForeignKey(related_name="used_passwords", **PERSON)),
            ],
            options={"db_table": "used_password"},
        ),
        migrations.CreateModel(
            "PasswordLink",
            fields=[
                ("id", key()),
                ("digest", models.CharField(db_collation="C", max_length=64, unique=True)),
                ("epoch", models.PositiveIntegerField()),
                ("expires_at", models.DateTimeField()),
                ("user", models.ForeignKey(related_name="+", **PERSON)),
            ],
            options={"db_table": "password_link"},
        ),
        # Who was signed in signs in once more; their old sessions are of no use to anybody.
        migrations.RunSQL("DELETE FROM django_session", migrations.RunSQL.noop),
    ]  # fmt: skip
