from __future__ import annotations

from django.apps import AppConfig


class SupervisorConfig(AppConfig):
    name = "supervisor"
    default_auto_field = "django.db.models.BigAutoField"
