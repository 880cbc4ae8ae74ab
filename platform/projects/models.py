from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"


class Project(models.Model):
    """What people share containers in; its id is the engine's space on every host."""

    id = models.CharField(primary_key=True, max_length=63, validators=[RegexValidator(ID_PATTERN)])
    name = models.CharField(max_length=100)
    policy = models.JSONField(default=dict, blank=True)
    """Plain form of a projects.policy.Policy; what is not in it has its safe default."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
