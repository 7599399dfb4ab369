"""What communications can import: communications, follow-ups, and needs that came up in them."""

from communications.imports import headers, needs, steps, talks  # noqa: F401  # registers the kinds
from customers.imports.signs import SIGNS_OF_KIND, SURE_SIGNS_OF_KIND

SIGNS_OF_KIND.update(headers.SIGNS)
SURE_SIGNS_OF_KIND.update(headers.SURE_SIGNS)
