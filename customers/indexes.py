"""The indexes of customers, by what asks for them."""

from django.contrib.postgres.indexes import OpClass
from django.db.models import F, Index, Q
from django.db.models.functions import Lower

from crm.common.models import record_indexes
from customers.quality.issues import VALID, any_of

_ALIVE = Q(trashed_at__isnull=True)

CUSTOMER_INDEXES = [
    *record_indexes("customer"),
    Index(
        "team", F("order_value").desc(), F("id").desc(), name="customer_team_value",
        condition=_ALIVE,
    ),
    *(
        # Reports lead to these: a rare value is found at once.
        Index(
            "team", part, F("updated_at").desc(), F("id").desc(), name=f"customer_team_{part}",
            condition=_ALIVE,
        )
        for part in ("region", "industry", "source", "acquisition")
    ),
    Index("team", "name", "id", name="customer_team_name", condition=_ALIVE),
    Index(fields=["team", "last_contact_at", "id"], name="customer_team_contact", condition=_ALIVE),
    Index(
        "team", F("next_step_at").asc(nulls_last=True), "id", name="customer_team_next",
        condition=_ALIVE,
    ),
    Index("segment", F("updated_at").desc(), name="customer_segment", condition=_ALIVE),
    # Lists by owner, lifecycle and value, and segments, are counted from this index alone.
    Index(
        fields=["team", "owner"], include=["order_value", "segment", "lifecycle"],
        name="customer_team_owner", condition=_ALIVE,
    ),
    # Reports of sales read what they group by from this alone, and requests whose team's it is.
    Index(
        fields=["id"],
        include=["region", "kind", "industry", "acquisition", "source", "team"],
        name="customer_report",
    ),
    Index(fields=["team", "created_at", "id"], name="customer_team_created", condition=_ALIVE),
    Index(
        "team", F("created_at").desc(), F("id").desc(), name="customer_team_free",
        condition=Q(trashed_at__isnull=True, owner__isnull=True),
    ),
    # Who cannot be reached; what looks wrong is found without reading every name and number.
    Index(
        "team", F("updated_at").desc(), F("id").desc(), name="customer_unreachable",
        condition=_ALIVE & Q(phone="", email=""),
    ),
    Index(
        "team", F("updated_at").desc(), F("id").desc(), name="customer_implausible",
        condition=_ALIVE & any_of(VALID),
    ),
    Index("email", name="customer_email", condition=~Q(email="")),
    Index("phone", name="customer_phone", condition=~Q(phone="")),
    # Imports of administrators find customers by name over all teams.
    Index("name", name="customer_name_alive", condition=_ALIVE),
    Index(Lower("email"), name="customer_email_lower", condition=~Q(email="")),
    Index(
        OpClass("name_key", name="varchar_pattern_ops"), name="customer_name_key",
        condition=_ALIVE & ~Q(name_key=""),
    ),
]  # fmt: skip
