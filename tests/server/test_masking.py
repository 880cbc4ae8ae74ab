"""Values of environment variables: for those who may view secrets, and nobody else anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import Binding
from bus.journal import OperationReport
from bus.messages import OperationState
from engine.spec import codec
from engine.spec.event import ObjectKind
from images.models import Image
from projects.masking import MASK, masked
from tests.support.rest import CREATED, PlayedHost, Rest, container_of, make_member, rest_of
from tests.support.tenants import Tenants, tenants

__all__ = ["tenants"]

pytestmark = [pytest.mark.server, pytest.mark.django_db]

HIDDEN = [f"PASSWORD={MASK}"]


@pytest.fixture
def viewer(tenants: Tenants) -> Rest:
    """Someone who sees project `red` but no secrets in it."""
    return rest_of(make_member("viewer", "viewer", project="red"))


def finished(host: PlayedHost, operation: str, result: object) -> None:
    """Let the host report an operation's end, with what it made."""
    report = OperationReport(
        operation_id=operation,
        attempt=1,
        state=OperationState.SUCCEEDED,
        started_at=CREATED,
        finished_at=CREATED,
        result=codec.to_plain(result),
    )
    host.tell(ObjectKind.OPERATION, operation, "succeeded", report)


def test_values_are_masked_in_lists_and_details_of_containers(
    tenants: Tenants, viewer: Rest
) -> None:
    for rest, env in ((viewer, HIDDEN), (tenants.ours.rest, ["PASSWORD=of-red"])):
        (row,) = rest.get("containers").rows
        assert (row["spec"]["env"], row["spec"]["image"]) == (env, "busybox:1")
        assert rest.get("containers/web").body["spec"]["env"] == env


def test_values_are_masked_in_results_of_operations(
    tenants: Tenants, host: PlayedHost, viewer: Rest
) -> None:
    made = container_of("web", space="red")
    finished(host, tenants.ours.operation, made)
    path = f"operations/{tenants.ours.operation}"
    for rest, env in ((viewer, [f"A={MASK}"]), (tenants.ours.rest, ["A=1"])):
        (row,) = rest.get("operations").rows
        assert row["result"]["spec"]["env"] == env
        assert rest.get(path).body["result"]["spec"]["env"] == env


def test_values_are_masked_in_configurations_of_images(tenants: Tenants, host: PlayedHost) -> None:
    Image.objects.filter(project="red").update(config={"env": ["TOKEN=abc"], "command": ["sh"]})
    viewer = rest_of(make_member("viewer", "viewer", project="red"))
    for rest, env in ((viewer, [f"TOKEN={MASK}"]), (tenants.ours.rest, ["TOKEN=abc"])):
        (row,) = rest.get("images").rows
        assert row["config"] == {"env": env, "command": ["sh"]}
        assert rest.get(f"images/{tenants.ours.image}").body["config"]["env"] == env


def test_values_are_masked_in_the_answer_to_who_may_act_but_not_read(
    tenants: Tenants, host: PlayedHost
) -> None:
    operator = rest_of(make_member("operator", "operator", project="red"))
    answer = operator.post("containers/web/restart", {})
    assert answer.status == 202
    assert "of-red" not in json.dumps(answer.body)


def test_right_in_one_project_opens_no_values_in_another(tenants: Tenants) -> None:
    user = make_member("both", "viewer", project="red")
    Binding.objects.create(role_id="deployer", user=user, project_id="blue")
    shown = {row["project"]: row["spec"]["env"] for row in rest_of(user).get("containers").rows}
    assert shown == {"red": HIDDEN, "blue": ["PASSWORD=of-blue"]}


def test_admin_of_the_host_sees_containers_of_all_projects_without_their_values(
    tenants: Tenants, host: PlayedHost
) -> None:
    rest = rest_of(make_member("keeper", "host_admin", project=None, host=host.row))
    rows = rest.get("containers").rows
    assert {row["project"] for row in rows} == {"red", "blue"}
    assert all(row["spec"]["env"] == HIDDEN for row in rows)


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ({"env": ["A=1", "B=x=y", "C="]}, {"env": [f"A={MASK}", f"B={MASK}", f"C={MASK}"]}),
        ({"result": {"spec": {"env": ["A=1"]}}}, {"result": {"spec": {"env": [f"A={MASK}"]}}}),
        ({"all": [{"env": ["A=1"]}]}, {"all": [{"env": [f"A={MASK}"]}]}),
        ({"labels": {"env": "prod"}}, {"labels": {"env": "prod"}}),
    ],
)
def test_masking_reaches_every_depth_and_leaves_the_rest(
    document: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert masked(document) == shown
