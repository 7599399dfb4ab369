"""What sales can import: deals, and the order lines of a web shop."""

from sales.imports import retail  # noqa: F401  # registers the kind
