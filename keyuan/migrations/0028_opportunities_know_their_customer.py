"""An opportunity knows whose its customer is, so that rights are asked of one table by literal ids."""

from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION opportunity_learns_its_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.owner_id, c.department_id, c.deleted_at IS NOT NULL
    INTO NEW.customer_owner, NEW.customer_department, NEW.customer_is_deleted
    FROM customer c WHERE c.id = NEW.customer_id;
    RETURN NEW;
END $$;
CREATE TRIGGER learns_its_customer BEFORE INSERT OR UPDATE OF customer_id ON opportunity
FOR EACH ROW EXECUTE FUNCTION opportunity_learns_its_customer();

CREATE FUNCTION customer_tells_its_opportunities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE opportunity SET customer_owner = NEW.owner_id, customer_department = NEW.department_id,
        customer_is_deleted = NEW.deleted_at IS NOT NULL WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER tells_its_opportunities AFTER UPDATE OF owner_id, department_id, deleted_at ON customer
FOR EACH ROW WHEN (
    (OLD.owner_id, OLD.department_id, OLD.deleted_at IS NULL)
    IS DISTINCT FROM (NEW.owner_id, NEW.department_id, NEW.deleted_at IS NULL)
) EXECUTE FUNCTION customer_tells_its_opportunities();
"""
BACK = """
DROP TRIGGER tells_its_opportunities ON customer;
DROP FUNCTION customer_tells_its_opportunities;
DROP TRIGGER learns_its_customer ON opportunity;
DROP FUNCTION opportunity_learns_its_customer;
"""
FILL = """
UPDATE opportunity o SET customer_owner = c.owner_id, customer_department = c.department_id,
    customer_is_deleted = c.deleted_at IS NOT NULL
FROM customer c WHERE c.id = o.customer_id
"""


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0027_activities_of_opportunities")]

    operations = [
        migrations.AddField("opportunity", "customer_owner", models.BigIntegerField(editable=False, null=True)),
        migrations.AddField("opportunity", "customer_department", models.BigIntegerField(editable=False, null=True)),
        migrations.AddField(
            "opportunity", "customer_is_deleted", models.BooleanField(default=False, db_default=False, editable=False)
        ),
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
