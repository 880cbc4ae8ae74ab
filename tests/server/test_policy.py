"""A project's policy: pure judgment on a specification."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.linux import capabilities
from engine.spec import codec
from engine.spec.container import (
    ContainerSpec,
    PortBinding,
    Resources,
    SeccompMode,
    UserNamespaceMode,
)
from projects.policy import (
    DEFAULT_CAPABILITIES,
    Policy,
    PortRange,
    Rule,
    affects_host,
    judge,
    judge_host,
    judge_image,
)

HOST = "00000000-0000-4000-8000-000000000001"
PLAIN = ContainerSpec(name="web", image="busybox:1")
SAFE = Policy()


def broken(policy: Policy, spec: ContainerSpec) -> list[Rule]:
    return [violation.rule for violation in judge(policy, spec, host=HOST)]


def published(*ports: int, address: str = "0.0.0.0") -> ContainerSpec:
    bindings = tuple(
        PortBinding(container_port=80, host_port=port, host_address=address) for port in ports
    )
    return replace(PLAIN, ports=bindings)


REACHING_OUT = [
    (replace(PLAIN, privileged=True), Rule.PRIVILEGED, Policy(privileged=True)),
    (replace(PLAIN, network="host"), Rule.HOST_NETWORK, Policy(host_network=True)),
    (
        replace(PLAIN, userns=UserNamespaceMode.HOST),
        Rule.HOST_USER_NAMESPACE,
        Policy(host_user_namespace=True),
    ),
    (
        replace(PLAIN, seccomp=SeccompMode.UNCONFINED),
        Rule.UNCONFINED_SECCOMP,
        Policy(unconfined_seccomp=True),
    ),
    (
        replace(PLAIN, cap_add=("SYS_ADMIN",)),
        Rule.CAPABILITIES,
        Policy(capabilities=("SYS_ADMIN",)),
    ),
    (replace(PLAIN, cap_add=("ALL",)), Rule.CAPABILITIES, Policy(capabilities=("ALL",))),
]


def test_default_policy_takes_a_plain_container() -> None:
    assert judge(SAFE, PLAIN, host=HOST) == ()
    assert judge(SAFE, published(0, 80, 65535), host=HOST) == ()
    assert not affects_host(PLAIN)


@pytest.mark.parametrize(("spec", "rule", "policy"), REACHING_OUT)
def test_what_reaches_the_host_is_refused_until_its_own_rule_allows_it(
    spec: ContainerSpec, rule: Rule, policy: Policy
) -> None:
    assert broken(SAFE, spec) == [rule]
    assert broken(policy, spec) == []
    assert affects_host(spec)


def test_every_broken_rule_is_named_with_what_to_do() -> None:
    spec = replace(
        PLAIN,
        image="evil.test/x:1",
        privileged=True,
        network="host",
        userns=UserNamespaceMode.HOST,
        seccomp=SeccompMode.UNCONFINED,
        cap_add=("NET_ADMIN",),
        ports=(PortBinding(container_port=80, host_port=80),),
    )
    strict = Policy(
        registries=("docker.io",),
        hosts=(),
        ports=PortRange(first=1024),
        host_addresses=("127.0.0.1",),
        max_memory=2**30,
        max_pids=100,
        no_new_privileges=True,
    )
    found = judge(strict, spec, host=HOST)
    assert {violation.rule for violation in found} == set(Rule)
    assert len(found) == len(Rule)
    assert all("; " in violation.text for violation in found)


@pytest.mark.parametrize("spelling", ["sys_admin", "CAP_SYS_ADMIN", "cap_Sys_Admin"])
def test_spelling_of_a_capability_makes_no_difference(spelling: str) -> None:
    spec = replace(PLAIN, cap_add=(spelling,))
    assert broken(SAFE, spec) == [Rule.CAPABILITIES]
    assert broken(Policy(capabilities=(spelling.swapcase(),)), spec) == []


def test_all_is_more_than_any_list_of_capabilities() -> None:
    some = Policy(capabilities=("SYS_ADMIN", "NET_ADMIN"))
    assert broken(some, replace(PLAIN, cap_add=("all",))) == [Rule.CAPABILITIES]


def test_default_capabilities_may_be_named_and_are_those_of_the_engine() -> None:
    assert broken(SAFE, replace(PLAIN, cap_add=("CHOWN", "cap_kill"))) == []
    assert {capability.name for capability in capabilities.DEFAULT} == DEFAULT_CAPABILITIES


@pytest.mark.parametrize(("port", "allowed"), [(1023, False), (1024, True), (0, True)])
def test_low_ports_of_the_host_can_be_closed(port: int, *, allowed: bool) -> None:
    policy = Policy(ports=PortRange(first=1024))
    assert broken(policy, published(port)) == ([] if allowed else [Rule.PORTS])


def test_ports_stay_in_their_range() -> None:
    policy = Policy(ports=PortRange(first=8000, last=8010))
    assert broken(policy, published(8000, 8010)) == []
    assert broken(policy, published(7999)) == broken(policy, published(8011)) == [Rule.PORTS]


def test_ports_are_published_on_allowed_addresses_alone() -> None:
    policy = Policy(host_addresses=("127.0.0.1", "10.0.0.0/8"))
    for address in ("127.0.0.1", "10.1.2.3"):
        assert broken(policy, published(8080, address=address)) == []
    for address in ("0.0.0.0", "127.0.0.2", "::"):
        assert broken(policy, published(8080, address=address)) == [Rule.HOST_ADDRESSES]


@pytest.mark.parametrize("rule", [Rule.MAX_MEMORY, Rule.MAX_PIDS])
def test_limit_that_is_required_must_be_set_and_low_enough(rule: Rule) -> None:
    policy = Policy(**{rule.value: 2**24})  # type: ignore[arg-type]
    name = rule.value.removeprefix("max_")
    for asked, expected in ((None, [rule]), (2**24 + 1, [rule]), (2**24, [])):
        resources = Resources(**{name: asked})
        assert broken(policy, replace(PLAIN, resources=resources)) == expected


@pytest.mark.parametrize("image", ["busybox", "docker.io/library/busybox", "team/web:1"])
def test_images_come_from_allowed_registries(image: str) -> None:
    spec = replace(PLAIN, image=image)
    assert broken(Policy(registries=("docker.io",)), spec) == []
    assert broken(Policy(registries=("registry.test:5000",)), spec) == [Rule.REGISTRIES]
    assert judge_image(Policy(registries=()), image)[0].rule is Rule.REGISTRIES


def test_image_named_by_its_id_was_judged_when_it_was_pulled() -> None:
    spec = replace(PLAIN, image=f"sha256:{'0' * 64}")
    assert broken(Policy(registries=()), spec) == []


def test_hosts_are_those_of_the_policy() -> None:
    assert judge_host(SAFE, HOST) == judge_host(Policy(hosts=(HOST,)), HOST) == ()
    assert broken(Policy(hosts=("another",)), PLAIN) == [Rule.HOSTS]


def test_no_new_privileges_can_be_required() -> None:
    policy = Policy(no_new_privileges=True)
    assert broken(policy, PLAIN) == [Rule.NO_NEW_PRIVILEGES]
    assert broken(policy, replace(PLAIN, no_new_privileges=True)) == []


def test_policy_survives_being_stored_and_an_empty_one_is_the_safe_default() -> None:
    policy = Policy(privileged=True, hosts=(HOST,), ports=PortRange(first=1), max_pids=5)
    assert codec.from_plain(Policy, codec.to_plain(policy)) == policy
    assert codec.from_plain(Policy, {}) == SAFE
