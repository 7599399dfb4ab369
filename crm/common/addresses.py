"""Addresses of records, quickly: lists hold a hundred of them."""

from functools import lru_cache

from django.urls import reverse


def record_url(name: str, pk: int, *more: str) -> str:
    """The address called ``name`` of the record ``pk``, like ``reverse(name, args=[pk, *more])``.

    ``more`` are of a few.
    """
    before, after = _around(name, *more)
    return f"{before}{pk}{after}"


@lru_cache(maxsize=256)
def _around(name: str, *more: str) -> tuple[str, str]:
    before, after = reverse(name, args=[0, *more]).rsplit("/0/", 1)
    return f"{before}/", f"/{after}"
