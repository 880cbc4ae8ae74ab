from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_default_project(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The project of the machine's own socket and of everyone who has no other."""
    apps.get_model("projects", "Project").objects.using(editor.connection.alias).get_or_create(
        id="default", defaults={"name": "Default"}
    )


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]

    operations = [migrations.RunPython(make_default_project, migrations.RunPython.noop)]
