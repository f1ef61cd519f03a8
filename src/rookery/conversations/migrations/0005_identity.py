"""Addresses of newsletters, spellings that were seen or only dialled, and the agents' names in their own column."""

from django.db import migrations, models

AGENT_NAMES = (
    "UPDATE conversations_contact SET agent_name = name WHERE name_source = 'agent' AND agent_name = ''"
)


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0004_claims_and_groups"),
    ]

    operations = [
        migrations.AlterField(
            model_name="address",
            name="kind",
            field=models.CharField(
                choices=[("pn", "Pn"), ("lid", "Lid"), ("group", "Group"), ("newsletter", "Newsletter")],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="address",
            name="seen",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.RunSQL(AGENT_NAMES, migrations.RunSQL.noop),
    ]
