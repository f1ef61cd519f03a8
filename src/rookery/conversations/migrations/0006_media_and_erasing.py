import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rookery.db.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("conversations", "0005_identity"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(blank=True, default="", max_length=12)),
                ("target_id", models.BigIntegerField(null=True)),
                ("needles", models.JSONField(default=list)),
                ("after_id", models.BigIntegerField(default=0)),
                ("created_ms", rookery.db.fields.Millis()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="blob",
            name="play_key",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="attachment",
            name="stored_ms",
            field=rookery.db.fields.Millis(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="attachment",
            name="any_size",
            field=models.BooleanField(db_default=False, default=False),
        ),
        # Rows of before: they count from when they were made.
        migrations.RunSQL(
            "UPDATE conversations_attachment SET stored_ms = created_ms WHERE blob_id IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("blob__isnull", False)),
                fields=["stored_ms", "id"],
                name="attachment_stored",
            ),
        ),
    ]
