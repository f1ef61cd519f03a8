"""Roles and people of groups over time, parts of labels, what the phone has read, revokes found by their number."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import rookery.db.fields


def sort_by_bytes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":  # as `tie` of messages, which it is compared with
        schema_editor.execute(
            'ALTER TABLE conversations_conversation ALTER COLUMN phone_read_tie TYPE varchar(140) COLLATE "C"'
        )


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0001_initial"),
        ("conversations", "0003_every_event"),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("change", models.CharField(max_length=8)),
                ("at", rookery.db.fields.Seconds()),
                ("kind", models.CharField(max_length=10)),
                ("key", models.CharField(max_length=80)),
                ("jid", models.CharField(max_length=100)),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="channels.channel",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conversations.contact",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="groupchange",
            constraint=models.UniqueConstraint(
                fields=("group", "channel", "at", "change", "kind", "key"), name="one_group_change"
            ),
        ),
        migrations.AddField(
            model_name="channellabel",
            name="said",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="conversation",
            name="phone_read_at",
            field=rookery.db.fields.Seconds(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="conversation",
            name="phone_read_tie",
            field=models.CharField(blank=True, db_default="", default="", max_length=140),
        ),
        migrations.AddIndex(
            model_name="pendingchange",
            index=models.Index(
                condition=models.Q(("kind", "revoke")), fields=["channel_id"], name="pending_revokes"
            ),
        ),
        migrations.RunPython(sort_by_bytes, migrations.RunPython.noop),
    ]
