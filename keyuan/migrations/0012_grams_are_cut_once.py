"""The grams of a word that is part of a word before it are no longer found a second time. The index stays as it is."""

from django.db import migrations

from keyuan.records.grams import GRAMS_SQL


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0011_grams_wait_for_a_helper")]

    operations = [migrations.RunSQL(GRAMS_SQL, migrations.RunSQL.noop)]
