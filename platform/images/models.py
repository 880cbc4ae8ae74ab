from __future__ import annotations

from django.db import models

from hosts.models import Host
from projects.models import Project


class Image(models.Model):
    """Mirror of an image that a project has on a host; the host is its master."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="images")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="images")
    digest = models.CharField(max_length=135)
    """Of its configuration: what Docker and our REST call the image's id."""
    tags = models.JSONField(default=list)
    digests = models.JSONField(default=list)
    manifest_digest = models.CharField(max_length=135, blank=True)
    architecture = models.CharField(max_length=32)
    os = models.CharField(max_length=32)
    created = models.CharField(max_length=64, blank=True)
    """RFC 3339, as its configuration says; empty where it says none."""
    size = models.BigIntegerField()
    layers = models.JSONField(default=list)
    config = models.JSONField(default=dict)
    version = models.BigIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("host", "project", "digest"), name="image_once"),
        )

    def __str__(self) -> str:
        return self.digest
