from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models


class Project(models.Model):
    """What people share containers in; its id is the engine's space on every host."""

    id = models.CharField(
        primary_key=True, max_length=63, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]{0,62}$")]
    )
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
