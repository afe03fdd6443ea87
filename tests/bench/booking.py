"""The least Django that gives places away: CSRF, a form, a place under a row lock, an insert, the letter to Celery."""

from functools import partial

from celery import shared_task
from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template import RequestContext, Template
from django.views.decorators.csrf import csrf_protect

from tests.bench.models import Booking, Meeting

FORM = Template(
    "<!doctype html><title>r</title><h1>{{ meeting.pk }}</h1><form method='post'>{% csrf_token %}{{ form.as_p }}"
    "<button>Register</button></form>"
)
TOLD = Template("<!doctype html><title>r</title><h1>{{ meeting.pk }}</h1><p>Look into your mail.</p>")


class BookingForm(forms.Form):
    name = forms.CharField(max_length=80)
    email = forms.EmailField()
    consent = forms.BooleanField()


@shared_task
def write_letter(booking_id: int) -> None:
    """Nobody takes it: the benchmark counts what it costs to hand it over."""


@csrf_protect
def book(request, pk: int):
    meeting = Meeting.objects.get(pk=pk)
    form = BookingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("booked", pk=pk) if _take(pk, form) else HttpResponse("Full", status=409)
    return HttpResponse(FORM.render(RequestContext(request, {"meeting": meeting, "form": form})))


def booked(request, pk: int):
    return HttpResponse(TOLD.render(RequestContext(request, {"meeting": Meeting.objects.get(pk=pk)})))


@transaction.atomic
def _take(pk: int, form: BookingForm) -> bool:
    meeting = Meeting.objects.select_for_update().get(pk=pk)
    if meeting.taken >= meeting.seats:
        return False
    meeting.taken += 1
    meeting.save(update_fields=["taken"])
    name, email = form.cleaned_data["name"], form.cleaned_data["email"]
    booking = Booking.objects.create(meeting=meeting, name=name, email=email)
    transaction.on_commit(partial(write_letter.delay, booking.pk))
    return True
