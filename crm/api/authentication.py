"""Who asks: a program with a key, or a colleague who is signed in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from crm.api.models import ApiToken
from crm.api.services import token_of, use_note

_SCHEME = b"bearer"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer crm_…``"""

    def authenticate(self, request: Any) -> tuple[Any, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != _SCHEME:
            return None
        token = token_of(parts[1].decode("latin-1")) if len(parts) == 2 else None
        if token is None:
            raise AuthenticationFailed(_("This key is unknown or over."))
        use_note(token=token)
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class MayRead(BasePermission):
    """Whoever is known; a key that is bounded to some kinds opens those alone."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        resource = getattr(view, "resource", None)
        kinds = request.auth.kinds if isinstance(request.auth, ApiToken) else []
        return resource is None or not kinds or resource.kind in kinds
