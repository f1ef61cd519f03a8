import django.db.models.deletion
import rookery.db.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("channels", "0001_initial"),
        ("conversations", "0003_every_event"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressBook",
            fields=[
                (
                    "channel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="channels.channel",
                    ),
                ),
                ("due_ms", rookery.db.fields.Millis(default=0)),
                ("tries", models.SmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="conversations.contact",
                    ),
                ),
                ("is_group", models.BooleanField(default=False)),
                ("due_ms", rookery.db.fields.Millis(default=0)),
                ("tries", models.SmallIntegerField(default=0)),
                ("info_ms", rookery.db.fields.Millis(default=0)),
                ("picture_ms", rookery.db.fields.Millis(default=0)),
                (
                    "picture",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Unknown"),
                            ("shown", "Shown"),
                            ("none", "None"),
                            ("refused", "Refused"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="channels.channel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["channel", "due_ms"], name="look_due"),
                    models.Index(fields=["is_group", "channel", "info_ms"], name="look_group"),
                ],
            },
        ),
    ]
