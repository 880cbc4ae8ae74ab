from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="operation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("containers.create", "containers.create"),
                    ("containers.start", "containers.start"),
                    ("containers.stop", "containers.stop"),
                    ("containers.kill", "containers.kill"),
                    ("containers.restart", "containers.restart"),
                    ("containers.remove", "containers.remove"),
                    ("images.pull", "images.pull"),
                    ("images.remove", "images.remove"),
                    ("registries.test", "registries.test"),
                ],
                max_length=32,
            ),
        ),
    ]
