from __future__ import annotations

from django.db import models

from hosts.models import Host
from projects.models import Project


class Network(models.Model):
    """Mirror of a network that a project has on a host; the host is its master."""

    id = models.CharField(primary_key=True, max_length=64)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="networks")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="networks")
    name = models.CharField(max_length=255)
    driver = models.CharField(max_length=16)
    subnet = models.CharField(max_length=49)
    gateway = models.CharField(max_length=45)
    created_at = models.DateTimeField()
    version = models.BigIntegerField()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name
