from __future__ import annotations

import uuid

from django.db import models


class HostState(models.TextChoices):
    JOINING = "joining"
    """Its agent has not been heard of yet."""
    ONLINE = "online"
    OFFLINE = "offline"


class Host(models.Model):
    """A machine that runs containers; trusted with its own work only: no database, own keys."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=63, unique=True)
    public_key = models.BinaryField(max_length=32)
    """Raw X25519 key that secrets for this host are sealed to."""
    credential_hash = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token its agent dials tunnels with."""
    state = models.CharField(max_length=16, choices=HostState, default=HostState.JOINING)
    seen_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    engine_version = models.CharField(max_length=32, blank=True)
    kernel = models.CharField(max_length=128, blank=True)
    operating_system = models.CharField(max_length=128, blank=True)
    architecture = models.CharField(max_length=32, blank=True)
    cpus = models.PositiveIntegerField(default=0)
    memory = models.BigIntegerField(default=0)
    """Bytes."""
    features = models.JSONField(default=dict, blank=True)
    epoch = models.CharField(max_length=64, blank=True)
    """Of the engine state database that `position` counts in."""
    position = models.BigIntegerField(default=0)
    """Outbox sequence up to which the mirror holds what the host said."""

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
