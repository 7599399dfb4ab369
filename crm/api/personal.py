"""What the tables of this app hold on a person."""

from crm.api.models import ApiToken
from crm.records.personal.registry import impersonal

impersonal[ApiToken] = "Keys of colleagues' programs."
