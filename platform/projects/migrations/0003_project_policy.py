from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_default_project")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="policy",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
