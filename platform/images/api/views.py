from __future__ import annotations

from functools import partial

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ActorView
from images import selectors, services
from images.api.serializers import (
    ImageQuery,
    ImageSerializer,
    ImagesQuery,
    PullSerializer,
    RemoveImageQuery,
)
from operations.api.answers import PREFER, answer
from operations.api.serializers import OperationSerializer


class ImagesView(ActorView):
    @extend_schema(
        operation_id="images_list",
        parameters=[ImagesQuery],
        responses=ImageSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The images that your projects have on their hosts."""
        asked = self.query(ImagesQuery).validated_data
        found = selectors.images(
            actor=self.actor, project=asked.get("project"), host=asked.get("host")
        )
        return self.page(found, show=partial(selectors.documents, actor=self.actor))


class ImagePullView(ActorView):
    @extend_schema(
        operation_id="images_pull",
        parameters=[PREFER],
        request=PullSerializer,
        responses={200: ImageSerializer, 202: OperationSerializer},
    )
    def post(self, request: Request) -> Response:
        """Have an image pulled."""
        asked = self.body(PullSerializer).validated_data
        operation = services.pull(actor=self.actor, **asked)
        return answer(
            self,
            operation,
            show=lambda: selectors.pulled(
                actor=self.actor,
                host=asked["host"],
                project=asked["project"],
                reference=operation.subject_id,
            ),
        )


class ImageView(ActorView):
    @extend_schema(
        operation_id="images_retrieve", parameters=[ImageQuery], responses=ImageSerializer
    )
    def get(self, request: Request, image_id: str) -> Response:
        """One image, by its id."""
        asked = self.query(ImageQuery).validated_data
        return Response(selectors.image(actor=self.actor, digest=image_id, **asked))

    @extend_schema(
        operation_id="images_destroy",
        parameters=[PREFER, RemoveImageQuery],
        responses={202: OperationSerializer, 204: None},
    )
    def delete(self, request: Request, image_id: str) -> Response:
        """Have an image removed, or one tag of it."""
        asked = self.query(RemoveImageQuery).validated_data
        return answer(self, services.remove(actor=self.actor, digest=image_id, **asked))
