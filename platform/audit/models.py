from __future__ import annotations

from django.db import models


class Outcome(models.TextChoices):
    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


class AuditEntry(models.Model):
    """Who did what to which object, from where. No foreign keys: entries outlive what they name."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user_id = models.BigIntegerField(null=True, blank=True)
    token_id = models.BigIntegerField(null=True, blank=True)
    username = models.CharField(max_length=63, blank=True)
    origin = models.CharField(max_length=45, blank=True)
    verb = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    object_id = models.CharField(max_length=128, blank=True)
    object_name = models.CharField(max_length=255, blank=True)
    project = models.CharField(max_length=63, blank=True)
    operation_id = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.DONE)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("kind", "object_id"), name="audit_object"),
            models.Index(fields=("project", "-id"), name="audit_project"),
            models.Index(fields=("username", "-id"), name="audit_username"),
        )

    def __str__(self) -> str:
        return f"{self.username} {self.verb} {self.kind} {self.object_id}"
