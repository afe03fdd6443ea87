"""Protection against forged requests for forms that visitors send without an account."""

from functools import wraps

from django.views.decorators.csrf import csrf_exempt, csrf_protect


def protected_if_signed_in(view):
    """Ask for the token of a form only where somebody is signed in; ``{% token_if_signed_in %}`` writes it.

    A forged request abuses the session of whoever opens a page. Visitors have none: for them a token would protect
    nothing, would set a cookie on every page and make each visitor's page another one, so that none could be kept.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def either(request, *args, **kwargs):
        return (protected if request.user.is_authenticated else view)(request, *args, **kwargs)

    return either
