"""The least tables of a registration: what the reference of ``tests.bench.registration`` writes into."""

from django.db import models


class Meeting(models.Model):
    seats = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.taken} of {self.seats}"


class Booking(models.Model):
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    email = models.EmailField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "email"], name="booking_once")]

    def __str__(self):
        return self.email
