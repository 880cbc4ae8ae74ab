from __future__ import annotations

from rest_framework import serializers

from accounts.access import Kind, Verb
from accounts.api.base import PageQuery, StrictSerializer
from audit.models import Outcome
from audit.search import Search

VERBS = [verb.value for verb in Verb]
KINDS = [kind.value for kind in Kind]
FORMATS = ["jsonl", "csv"]


class _SearchSerializer(StrictSerializer):
    actor = serializers.CharField(required=False, help_text="User name.")
    verb = serializers.ChoiceField(choices=VERBS, required=False)
    kind = serializers.ChoiceField(choices=KINDS, required=False)
    object = serializers.CharField(required=False, help_text="Id or name of the object.")
    project = serializers.CharField(required=False, help_text="Id of a project.")
    operation = serializers.UUIDField(required=False, help_text="Id of an operation.")
    outcome = serializers.ChoiceField(choices=Outcome.choices, required=False)
    since = serializers.DateTimeField(required=False, help_text="Not before this moment.")
    until = serializers.DateTimeField(required=False, help_text="Before this moment.")
    text = serializers.CharField(
        required=False, help_text="Any part of the actor's or object's name, id, or address."
    )

    def search(self) -> Search:
        """Return what is looked for."""
        asked = self.validated_data
        wanted = {name: asked[name] for name in Search.__dataclass_fields__ if name in asked}
        return Search(**wanted)


class AuditQuery(PageQuery, _SearchSerializer):
    """A page of what is looked for."""


class AuditExportQuery(_SearchSerializer):
    # Not `format`: that name is REST framework's own.
    form = serializers.ChoiceField(choices=FORMATS, default="jsonl", help_text="Of the file.")


class AuditObjectSerializer(serializers.Serializer[None]):
    id = serializers.CharField()
    name = serializers.CharField()


class AuditEntrySerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField(help_text="User name; in parentheses a program of ours.")
    token = serializers.IntegerField(allow_null=True, help_text="Id of the token it was done by.")
    origin = serializers.CharField(help_text="Address it came from.")
    verb = serializers.ChoiceField(choices=VERBS)
    kind = serializers.ChoiceField(choices=KINDS)
    object = AuditObjectSerializer()
    project = serializers.CharField(help_text="Empty outside of projects.")
    operation = serializers.UUIDField(allow_null=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    detail = serializers.DictField(child=serializers.CharField())
