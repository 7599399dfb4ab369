from django.http import HttpRequest

from crm.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind LoginRequiredMiddleware: its user is a colleague."""

    user: User
