"""What communications can import: needs, with the communications in which they came up."""

from communications.imports import needs  # noqa: F401  # registers the kind
