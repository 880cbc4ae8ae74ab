"""What an instance has from before there were roles."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


def migrate(name: str) -> MigrationExecutor:
    executor = MigrationExecutor(connection)
    executor.migrate([("accounts", name)])
    return MigrationExecutor(connection)


def test_admins_stay_admins_and_others_get_nothing() -> None:
    try:
        before = migrate("0001_initial").loader.project_state([("accounts", "0001_initial")])
        users = before.apps.get_model("accounts", "User").objects
        users.create(username="root", is_admin=True)
        users.create(username="ann", is_admin=False)
    finally:
        migrate("0004_no_is_admin")

    from accounts.models import Binding, Role
    from accounts.permissions import BUILT_IN

    everywhere = Binding.objects.filter(project=None, host=None)
    assert list(everywhere.values_list("user__username", "role")) == [("root", "admin")]
    assert Binding.objects.count() == 1
    assert set(Role.objects.values_list("name", flat=True)) == set(BUILT_IN)
