"""A random mark beside each change of the reference data, so that processes may keep what they have read of it."""

from django.db import migrations, models

WATCHED = {
    "option": "UPDATE",
    "tag": "UPDATE",
    "department": "UPDATE",
    "role": "UPDATE",
    "role_grant": "UPDATE",
    "user_role": "UPDATE",
    "saved_view": "UPDATE",
    "setting": "UPDATE",
    "user": "UPDATE OF username, name, department_id, superior_id, is_active, is_robot",
}
FUNCTION = """
CREATE FUNCTION mark_shelf() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO shelf_mark (mark) VALUES ((random() * 4503599627370496)::bigint);
    RETURN NULL;
END $$
"""


def trigger(table: str) -> str:
    return (
        f'CREATE TRIGGER marks_shelf AFTER INSERT OR DELETE OR TRUNCATE OR {WATCHED[table]} ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION mark_shelf()"
    )


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0008_indexes_of_owners")]

    operations = [
        migrations.CreateModel(
            "ShelfMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark", models.BigIntegerField()),
            ],
            options={"db_table": "shelf_mark"},
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION mark_shelf()"),
        *(migrations.RunSQL(trigger(table), f'DROP TRIGGER marks_shelf ON "{table}"') for table in WATCHED),
    ]
