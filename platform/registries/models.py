from __future__ import annotations

from django.db import models

from projects.models import Project


class Registry(models.Model):
    """A remote registry, and how a project signs in to it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="registries")
    name = models.CharField(max_length=100)
    host = models.CharField(max_length=255)
    """As references name it: `docker.io`, `registry.example.com:5000`."""
    username = models.CharField(max_length=255, blank=True)
    sealed_password = models.BinaryField(default=bytes)
    """Encrypted with the instance's key; empty where none is needed."""
    insecure = models.BooleanField(default=False)
    """Reached over plain HTTP."""
    ca = models.TextField(blank=True)
    """PEM text of the authority that signs its certificate, where the system's do not."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("project", "host"), name="registry_host_once"),
        )

    def __str__(self) -> str:
        return self.name
