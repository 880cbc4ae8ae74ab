from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_built_in_roles")]

    operations = [migrations.RemoveField(model_name="user", name="is_admin")]
