from __future__ import annotations

from rest_framework import serializers

from accounts.api.base import PageQuery
from bus.messages import OperationKind, OperationState
from engine.spec.image import LayerPhase
from hosts.api.reference import HostReferenceSerializer

KINDS = [kind.value for kind in OperationKind]
STATES = [state.value for state in OperationState]
PHASES = [phase.value for phase in LayerPhase]


class OperationQuery(PageQuery):
    project = serializers.CharField(required=False, help_text="Id of a project.")
    host = serializers.CharField(required=False, help_text="Id or name of a host.")
    state = serializers.ChoiceField(choices=STATES, required=False)
    kind = serializers.ChoiceField(choices=KINDS, required=False)
    subject = serializers.CharField(required=False, help_text="Id of the object it is about.")


class SubjectSerializer(serializers.Serializer[None]):
    kind = serializers.CharField()
    id = serializers.CharField()
    name = serializers.CharField()


class OperationLayerSerializer(serializers.Serializer[None]):
    digest = serializers.CharField()
    phase = serializers.ChoiceField(choices=PHASES)
    current = serializers.IntegerField(help_text="Bytes.")
    total = serializers.IntegerField(help_text="Bytes.")


class OperationProgressSerializer(serializers.Serializer[None]):
    layers = OperationLayerSerializer(many=True)


class OperationErrorSerializer(serializers.Serializer[None]):
    code = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.DictField(child=serializers.CharField())


class OperationSerializer(serializers.Serializer[None]):
    """What the schema says of an operation; operations.document makes it."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    subject = SubjectSerializer()
    host = HostReferenceSerializer()
    project = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    progress = OperationProgressSerializer(allow_null=True)
    result = serializers.DictField(allow_null=True)
    error = OperationErrorSerializer(allow_null=True)
    cancel_requested_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    actor = serializers.CharField(help_text="User name of who asked.")
