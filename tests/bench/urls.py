"""The portal's addresses and the reference: the least Django that shows a list."""

from django.urls import path

from iurc_portal.urls import urlpatterns as portal
from tests.bench import booking, reference

urlpatterns = [
    path("reference/list/", reference.thirty_rows),
    path("reference/detail/", reference.one_row),
    path("reference/file/", reference.file),
    path("reference/not-modified/", reference.not_modified),
    path("reference/book/<int:pk>/", booking.book),
    path("reference/book/<int:pk>/told/", booking.booked, name="booked"),
    *portal,
]
