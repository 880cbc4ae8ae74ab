from __future__ import annotations

from django.db import models

from engine.spec.container import ContainerState
from hosts.models import Host
from projects.models import Project


class Container(models.Model):
    """Mirror of a container that a project has on a host; the host is its master.

    Names are not unique here: the engine keeps them so, and a mirror never refuses what is true.
    """

    id = models.CharField(primary_key=True, max_length=64)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="containers")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="containers")
    name = models.CharField(max_length=255)
    image = models.CharField(max_length=512)
    """The reference it was made from."""
    image_id = models.CharField(max_length=135)
    state = models.CharField(
        max_length=16, choices=[(state.value, state.value) for state in ContainerState]
    )
    exit_code = models.IntegerField(null=True, blank=True)
    oom_killed = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    ports = models.JSONField(default=list)
    endpoints = models.JSONField(default=list)
    spec = models.JSONField(default=dict)
    version = models.BigIntegerField()

    class Meta:
        ordering = ("name", "id")
        indexes = (
            models.Index(fields=("project", "name"), name="container_project_name"),
            models.Index(fields=("host", "image_id"), name="container_host_image"),
        )

    def __str__(self) -> str:
        return self.name
