"""Writes one table, so that it holds the database's write lock, and takes its time."""

import os
import time

from django.db import migrations


def _take_long(apps, schema_editor):
    hooks = dict(
        part.split("=", 1) for part in os.environ.get("ROOKERY_TEST_HOOKS", "").split(",") if "=" in part
    )
    time.sleep(float(hooks.get("slow_migration", "0")))


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunSQL("CREATE TABLE slow_app_mark (id integer)", "DROP TABLE slow_app_mark"),
        migrations.RunPython(_take_long, migrations.RunPython.noop),
    ]
