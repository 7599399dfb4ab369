"""Addresses of records, quickly: lists hold a hundred of them."""

from functools import lru_cache

from django.urls import reverse


def record_url(name: str, pk: int) -> str:
    """The address called ``name`` of the record ``pk``, like ``reverse(name, args=[pk])``."""
    before, after = _around(name)
    return f"{before}{pk}{after}"


@lru_cache(maxsize=256)
def _around(name: str) -> tuple[str, str]:
    before, after = reverse(name, args=[0]).rsplit("/0/", 1)
    return f"{before}/", f"/{after}"
