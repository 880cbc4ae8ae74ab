"""What can go wrong with projects and their policies."""

from __future__ import annotations

from engine.errors import EngineError, ErrorRecord
from projects.policy import Violation


class ProjectExists(EngineError):
    code = "project_exists"
    template = "there is a project {project!r} already; choose another id"
    project: str


class ProjectNotEmpty(EngineError):
    code = "project_not_empty"
    template = "project {project} still has {contents}; remove them first"
    project: str
    contents: str


class ProjectIsDefault(EngineError):
    code = "project_is_default"
    template = "project {project} belongs to every instance and cannot be removed"
    project: str


class PolicyViolation(EngineError):
    """Names every broken rule; its record has one fact a rule: what to do about it."""

    code = "policy_violation"
    template = "the policy of project {project} does not allow this: {broken}"
    project: str
    broken: str
    violations: tuple[Violation, ...]

    def record(self) -> ErrorRecord:
        detail = {violation.rule.value: violation.text for violation in self.violations}
        return ErrorRecord(
            code=self.code, message=str(self), detail={"project": self.project, **detail}
        )


def violated(project: str, violations: tuple[Violation, ...]) -> PolicyViolation:
    """Return the error that tells of all *violations*."""
    broken = "; ".join(violation.text for violation in violations)
    return PolicyViolation(project=project, broken=broken, violations=violations)
