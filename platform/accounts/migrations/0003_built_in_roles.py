from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = {
    "viewer": "Sees what there is, and logs.",
    "operator": "Starts, stops and kills containers besides.",
    "deployer": "Makes and removes containers, pulls images, sees secret values.",
    "project_admin": "Changes a project, its registries, and who works in it.",
    "host_admin": "Changes hosts; sees and stops what runs there.",
    "admin": "May do everything.",
    "auditor": "Sees everything but secret values; changes nothing.",
}


def make_built_in_roles(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the rows of the built-in roles; every admin so far gets the role admin."""
    alias = editor.connection.alias
    roles = apps.get_model("accounts", "Role").objects.using(alias)
    for name, description in ROLES.items():
        roles.create(name=name, description=description, built_in=True)
    bindings = apps.get_model("accounts", "Binding").objects.using(alias)
    users = apps.get_model("accounts", "User").objects.using(alias)
    for user in users.filter(is_admin=True):  # type: ignore[misc]  # the model as it was then
        bindings.create(role_id="admin", user=user)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_access")]

    operations = [migrations.RunPython(make_built_in_roles, migrations.RunPython.noop)]
