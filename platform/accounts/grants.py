"""What an actor may do, as it was when their request began."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from accounts.permissions import ALL, Permission

_NONE: frozenset[Permission] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """Permissions by where they hold: everywhere, in projects by id, on hosts by id."""

    everywhere: frozenset[Permission] = _NONE
    projects: Mapping[str, frozenset[Permission]] = field(default_factory=dict)
    hosts: Mapping[str, frozenset[Permission]] = field(default_factory=dict)

    def allow(self, permission: Permission, *, project: str | None, host: str | None) -> bool:
        """Whether *permission* holds for an object in *project* on *host* (None: in or on none)."""
        return (
            permission in self.everywhere
            or (project is not None and permission in self.projects.get(project, _NONE))
            or (host is not None and permission in self.hosts.get(host, _NONE))
        )

    def cover(
        self, permissions: Collection[Permission], *, project: str | None, host: str | None
    ) -> bool:
        """Whether all *permissions* hold there, so that their holder may hand them on."""
        return all(self.allow(one, project=project, host=host) for one in permissions)

    def hold_somewhere(self, permission: Permission) -> bool:
        """Whether *permission* holds anywhere at all."""
        return (
            permission in self.everywhere
            or any(permission in held for held in self.projects.values())
            or any(permission in held for held in self.hosts.values())
        )

    def within(
        self, *, permissions: frozenset[Permission] | None, projects: frozenset[str] | None
    ) -> Grants:
        """Return what is left of these under a token's limits; None is no limit."""
        kept = self
        if projects is not None:
            kept = Grants(
                projects={
                    project: self.everywhere | self.projects.get(project, _NONE)
                    for project in projects
                }
            )
        if permissions is None:
            return kept
        return Grants(
            everywhere=kept.everywhere & permissions,
            projects={place: held & permissions for place, held in kept.projects.items()},
            hosts={place: held & permissions for place, held in kept.hosts.items()},
        )


NOTHING = Grants()
EVERYTHING = Grants(everywhere=ALL)
