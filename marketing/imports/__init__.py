"""The kinds of files that marketing takes in."""

from marketing.imports import spend, weekly  # noqa: F401  # register the kinds
