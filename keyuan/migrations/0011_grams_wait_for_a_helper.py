"""How many grams may wait before they are sorted into the index is up to the transaction, no longer to the index.

An import lets more of them wait, and sorts them in beside its own transactions.
"""

from django.db import migrations

SET = "ALTER INDEX {table}_grams SET (gin_pending_list_limit = 16384)"
RESET = "ALTER INDEX {table}_grams RESET (gin_pending_list_limit)"
SEARCHED = ("customer_search", "contact_search")


class Migration(migrations.Migration):
    dependencies = [("keyuan", "0010_search_takes_more_at_once")]

    operations = [migrations.RunSQL(RESET.format(table=table), SET.format(table=table)) for table in SEARCHED]
