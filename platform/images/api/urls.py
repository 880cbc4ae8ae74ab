from __future__ import annotations

from django.urls import path

from images.api import views

urlpatterns = [
    path("images", views.ImagesView.as_view(), name="images"),
    path("images/pull", views.ImagePullView.as_view(), name="image-pull"),
    path("images/<str:image_id>", views.ImageView.as_view(), name="image"),
]
