from __future__ import annotations

import uuid

from django.db import models

from bus.messages import OperationKind, OperationState
from bus.names import Queue
from hosts.models import Host
from projects.models import Project


class Operation(models.Model):
    """One thing that someone asked of a host; a mirror, for the host's claim is the truth."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(
        max_length=32, choices=[(kind.value, kind.value) for kind in OperationKind]
    )
    state = models.CharField(
        max_length=16,
        choices=[(state.value, state.value) for state in OperationState],
        default=OperationState.QUEUED.value,
    )
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="operations")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="operations")
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=512)
    subject_name = models.CharField(max_length=512, blank=True)
    queue = models.CharField(max_length=16, choices=[(queue.value, queue.value) for queue in Queue])
    attempt = models.PositiveIntegerField(default=1)
    user_id = models.BigIntegerField(null=True, blank=True)
    token_id = models.BigIntegerField(null=True, blank=True)
    username = models.CharField(max_length=63, blank=True)
    origin = models.CharField(max_length=45, blank=True)
    body = models.TextField(blank=True)
    """The signed message, kept until the end to be sent again; secrets in it are sealed."""
    signature = models.CharField(max_length=128, blank=True)
    progress = models.JSONField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    error_detail = models.JSONField(default=dict, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("state", "host"), name="operation_state_host"),
            models.Index(fields=("project", "-created_at"), name="operation_project_time"),
            models.Index(fields=("subject_kind", "subject_id"), name="operation_subject"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id}"

    @property
    def is_final(self) -> bool:
        """Whether nothing more is expected of it."""
        return OperationState(self.state).is_final
