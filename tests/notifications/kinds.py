"""A kind of message for tests: what it renders and whether it is wanted is told by its payload."""

from django.core.mail import EmailMultiAlternatives

from iurc_portal.notifications import registry

KIND = "tests.letter"


def render(message, *, preview):
    if message.payload.get("breaks"):
        raise RuntimeError("no such template")
    text = "preview" if preview else message.payload.get("body", "Hello")
    email = EmailMultiAlternatives(subject=message.payload.get("subject", "A subject"), body=text)
    email.attach_alternative(f"<p>{text}</p>", "text/html")
    return email


def refusal(message):
    return message.payload.get("refusal", "")


if KIND not in registry.names():
    registry.register(KIND, render=render, refusal=refusal)
    registry.register(f"{KIND}.proof", render=render, asks_for_proof=True)
