"""What sales can import: deals, and the order lines of a web shop."""

from sales.imports import deals, retail  # noqa: F401  # register the kinds
