from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hosts.models import Host, HostState
from hosts.selectors import Liveness


class HostWorkersSerializer(serializers.Serializer[None]):
    agent = serializers.BooleanField()
    quick = serializers.BooleanField()
    build = serializers.BooleanField()


class HostSerializer(serializers.ModelSerializer[Host]):
    """A host as REST shows it; `alive` in the context says what of it answers now."""

    state = serializers.ChoiceField(choices=HostState.values, read_only=True)
    features = serializers.DictField(child=serializers.CharField(), read_only=True)
    workers = serializers.SerializerMethodField()

    class Meta:
        model = Host
        fields = (
            "id",
            "name",
            "state",
            "seen_at",
            "joined_at",
            "engine_version",
            "kernel",
            "operating_system",
            "architecture",
            "cpus",
            "memory",
            "features",
            "workers",
        )
        read_only_fields = fields

    @extend_schema_field(HostWorkersSerializer)
    def get_workers(self, host: Host) -> dict[str, bool]:
        alive: Liveness = self.context["alive"][host.pk]
        return {"agent": alive.agent, "quick": alive.quick, "build": alive.build}
