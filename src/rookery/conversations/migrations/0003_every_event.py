"""Every kind of event: what each source of a name said, versions, group members, labels, read marks."""

import django.db.models.deletion
import rookery.db.fields
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def sort_by_bytes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":  # as `tie` of messages, which it is compared with
        schema_editor.execute(
            'ALTER TABLE conversations_conversation ALTER COLUMN read_tie TYPE varchar(140) COLLATE "C"'
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("channels", "0001_initial"),
        ("conversations", "0002_tie_collation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Apart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", rookery.db.fields.Seconds()),
            ],
        ),
        migrations.CreateModel(
            name="ChannelLabel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label_id", models.CharField(max_length=40)),
                ("name", models.CharField(blank=True, default="", max_length=120)),
                ("color", models.IntegerField(null=True)),
                ("deleted", models.BooleanField(default=False)),
                ("at", rookery.db.fields.Seconds(default=0)),
                ("event_id", models.CharField(blank=True, default="", max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name="ChatLabel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label_id", models.CharField(max_length=40)),
                ("labeled", models.BooleanField(default=True)),
                ("at", rookery.db.fields.Seconds()),
                ("event_id", models.CharField(blank=True, default="", max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("present", models.BooleanField(db_default=True, default=True)),
                ("present_at", rookery.db.fields.Seconds(db_default=0, default=0)),
                (
                    "role",
                    models.CharField(
                        choices=[("member", "Member"), ("admin", "Admin"), ("owner", "Owner")],
                        db_default="member",
                        default="member",
                        max_length=6,
                    ),
                ),
                ("role_at", rookery.db.fields.Seconds(db_default=0, default=0)),
            ],
        ),
        migrations.DeleteModel(
            name="Tombstone",  # nothing has written to it yet
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel_id", models.BigIntegerField()),
                ("digest", models.BinaryField(max_length=16)),
                ("at", rookery.db.fields.Seconds()),
            ],
        ),
        migrations.AddField(
            model_name="contact",
            name="agent_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="contact",
            name="avatar_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="contact",
            name="details_due_ms",
            field=rookery.db.fields.Millis(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="contact",
            name="details_tries",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="contact",
            name="saved_at",
            field=rookery.db.fields.Seconds(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="contact",
            name="saved_event",
            field=models.CharField(blank=True, db_default="", default="", max_length=128),
        ),
        migrations.AddField(
            model_name="contact",
            name="saved_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="conversation",
            name="answered_at",
            field=rookery.db.fields.Seconds(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="conversation",
            name="read_at",
            field=rookery.db.fields.Seconds(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="conversation",
            name="read_tie",
            field=models.CharField(blank=True, db_default="", default="", max_length=140),
        ),
        migrations.AddField(
            model_name="merge",
            name="reason",
            field=models.CharField(default="pair", max_length=12),
        ),
        migrations.AddField(
            model_name="message",
            name="archived",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="message",
            name="details",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="message",
            name="hidden_at",
            field=rookery.db.fields.Seconds(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="revoked_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="conversations.contact",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="revoked_event",
            field=models.CharField(blank=True, db_default="", default="", max_length=128),
        ),
        migrations.AddField(
            model_name="pendingchange",
            name="claimant_lid",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="pendingchange",
            name="claimant_pn",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AlterField(
            model_name="contact",
            name="name_source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "None"),
                    ("push", "Push"),
                    ("saved", "Saved"),
                    ("subject", "Subject"),
                    ("agent", "Agent"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(db_default="text", default="text", max_length=16),
        ),
        migrations.AlterField(
            model_name="revision",
            name="content",
            field=models.TextField(blank=True, default="", null=True),
        ),
        migrations.AddIndex(
            model_name="pendingchange",
            index=models.Index(fields=["claimant_pn"], name="pending_change_pn"),
        ),
        migrations.AddIndex(
            model_name="pendingchange",
            index=models.Index(fields=["claimant_lid"], name="pending_change_lid"),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(fields=("message", "event_id"), name="one_revision"),
        ),
        migrations.AddConstraint(
            model_name="tombstone",
            constraint=models.UniqueConstraint(fields=("channel_id", "digest"), name="one_tombstone"),
        ),
        migrations.AddField(
            model_name="apart",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
            ),
        ),
        migrations.AddField(
            model_name="apart",
            name="first",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="conversations.contact"
            ),
        ),
        migrations.AddField(
            model_name="apart",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="conversations.contact"
            ),
        ),
        migrations.AddField(
            model_name="channellabel",
            name="channel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="channels.channel"
            ),
        ),
        migrations.AddField(
            model_name="chatlabel",
            name="channel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="channels.channel"
            ),
        ),
        migrations.AddField(
            model_name="chatlabel",
            name="contact_inbox",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="chat_labels",
                to="conversations.contactinbox",
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="conversations.contact"
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="conversations.contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="apart",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="one_apart"),
        ),
        migrations.AddConstraint(
            model_name="channellabel",
            constraint=models.UniqueConstraint(fields=("channel", "label_id"), name="one_channel_label"),
        ),
        migrations.AddConstraint(
            model_name="chatlabel",
            constraint=models.UniqueConstraint(fields=("contact_inbox", "label_id"), name="one_chat_label"),
        ),
        migrations.AddConstraint(
            model_name="groupmember",
            constraint=models.UniqueConstraint(fields=("group", "contact"), name="one_group_member"),
        ),
        migrations.RunPython(sort_by_bytes, migrations.RunPython.noop),
    ]
