"""Customers, the people who work there, what they need, and how we group them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.common.addresses import record_url
from crm.common.history import tracked, tracked_part
from crm.common.models import Record, record_indexes
from crm.common.phones import phone_texts
from customers.duplicates.models import ContactMerge, ContactPair, DuplicatePair, Merge
from customers.imports.models import ImportBatch, ImportChange, ImportMapping
from customers.indexes import CUSTOMER_INDEXES
from customers.name_keys import NameKeyField
from customers.privacy.models import Erasure, PrivacyRequest
from customers.quality.models import QualitySnapshot
from customers.querysets import (
    ContactQuerySet,
    CustomerQuerySet,
    NeedQuerySet,
    SegmentQuerySet,
)

__all__ = [
    "Affiliation", "Contact", "ContactMerge", "ContactPair", "Customer", "CustomerRecord",
    "CustomerTag", "DuplicatePair", "Erasure", "ImportBatch", "ImportChange", "ImportMapping",
    "Merge", "Need", "PrivacyRequest", "QualitySnapshot", "Segment", "Tag",
]  # fmt: skip

ROLLUPS = [
    "last_contact_at", "next_step_at", "order_count", "order_value", "first_order_at",
    "last_order_at", "open_deals", "open_requests",
]  # fmt: skip


class Tag(models.Model):
    """A word that colleagues put on customers."""

    class Colour(models.TextChoices):
        BLUE = "blue", _("Blue")
        GREEN = "green", _("Green")
        ORANGE = "orange", _("Orange")
        RED = "red", _("Red")
        PURPLE = "purple", _("Purple")
        TEAL = "teal", _("Teal")

    name = models.CharField(_("name"), max_length=40, unique=True)
    colour = models.CharField(
        _("colour"), max_length=10, choices=Colour.choices, default=Colour.BLUE
    )

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Segment(models.Model):
    """A group of customers: a saved filter, or written by clustering."""

    class Origin(models.TextChoices):
        FILTER = "filter", _("Saved filter")
        CLUSTER = "cluster", _("Clustering")

    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    key = models.PositiveSmallIntegerField(_("number of the group"), null=True, blank=True)
    definition = models.JSONField(_("definition"), default=dict, blank=True)
    size = models.PositiveIntegerField(_("size"), default=0)
    built_at = models.DateTimeField(_("built"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    team = models.ForeignKey(
        "accounts.Team", verbose_name=_("team"), null=True, blank=True,
        on_delete=models.CASCADE, related_name="+",
    )  # fmt: skip

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["-active", "key", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__in=["filter", "cluster"]), name="segment_origin"
            ),
            models.UniqueConstraint(
                fields=["team", "key"], name="segment_cluster_key", nulls_distinct=False,
                condition=Q(origin="cluster"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        from django.utils.translation import get_language

        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name

    @property
    def choice(self) -> str:
        """Among others to choose from: a team's segments bear the names of the company's."""
        return f"{self.label} · {self.team.name}" if self.team else self.label


@tracked(but=[*ROLLUPS, "segment", "name_key"])
class Customer(Record):
    """A person or an organisation that buys, may buy, or used to."""

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", _("Organisation")
        PERSON = "person", _("Person")

    class Lifecycle(models.TextChoices):
        LEAD = "lead", _("Lead")
        ACTIVE = "active", _("Active")
        LAPSED = "lapsed", _("Lapsed")
        LOST = "lost", _("Lost")

    class Acquisition(models.TextChoices):
        DIRECT = "direct", _("Direct sales")
        DEALER = "dealer", _("Dealer")
        ECOMMERCE = "ecommerce", _("E-commerce")
        REFERRAL = "referral", _("Referral")
        EXHIBITION = "exhibition", _("Exhibition")
        WEBSITE = "website", _("Website")
        OTHER = "other", _("Other")

    kind = models.CharField(
        _("kind"), max_length=12, choices=Kind.choices, default=Kind.ORGANISATION
    )
    name = models.CharField(_("name"), max_length=200)
    name_key = NameKeyField()
    lifecycle = models.CharField(
        _("lifecycle"), max_length=8, choices=Lifecycle.choices, default=Lifecycle.LEAD
    )
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=80, blank=True)
    acquisition = models.CharField(
        _("acquisition channel"), max_length=12, choices=Acquisition.choices,
        default=Acquisition.OTHER,
    )  # fmt: skip
    source = models.CharField(_("source"), max_length=120, blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="customers")
    consent_email = models.BooleanField(_("may be mailed"), default=False)
    consent_phone = models.BooleanField(_("may be called"), default=False)
    external_id = models.CharField(_("external id"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True)
    segment = models.ForeignKey(
        Segment, verbose_name=_("segment"), null=True, blank=True, editable=False,
        on_delete=models.SET_NULL, related_name="customers",
    )  # fmt: skip
    # Rollups, kept by database triggers of the apps above; never recomputed on read.
    last_contact_at = models.DateTimeField(_("last contact"), null=True, editable=False)
    next_step_at = models.DateTimeField(_("next step"), null=True, editable=False)
    order_count = models.PositiveIntegerField(_("orders"), default=0, editable=False)
    order_value = models.DecimalField(
        _("order value"), max_digits=16, decimal_places=2, default=0, editable=False
    )
    first_order_at = models.DateTimeField(_("first order"), null=True, editable=False)
    last_order_at = models.DateTimeField(_("last order"), null=True, editable=False)
    open_deals = models.PositiveIntegerField(_("open deals"), default=0, editable=False)
    open_requests = models.PositiveIntegerField(_("open requests"), default=0, editable=False)

    objects = CustomerQuerySet.as_manager()
    search_fields = ("name", "phone", "email", "city", "external_id")

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = CUSTOMER_INDEXES
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="customer_name"),
            models.CheckConstraint(
                condition=Q(kind__in=["organisation", "person"]), name="customer_kind"
            ),
            models.CheckConstraint(
                condition=Q(lifecycle__in=["lead", "active", "lapsed", "lost"]),
                name="customer_lifecycle",
            ),
            models.CheckConstraint(
                condition=Q(acquisition__in=["direct", "dealer", "ecommerce", "referral",
                                             "exhibition", "website", "other"]),
                name="customer_acquisition",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="customer_external_id"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("customers:detail", self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if "name" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "name_key"}
        super().save(*args, **kwargs)

    def search_texts(self) -> list[str]:
        return [*super().search_texts(), *phone_texts(self.phone)]


@tracked_part
class CustomerTag(Customer.tags.through):  # type: ignore[name-defined]  # made by Django
    """A tag on a customer."""

    class Meta:
        proxy = True


class CustomerRecord(Record):
    """Abstract: a record about one customer; it stands in the customer's team."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="%(class)ss"
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.team_id = self.customer.team_id
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "team"}
        super().save(*args, **kwargs)


@tracked()
class Contact(Record):
    """A person; works for any number of customers."""

    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("job title"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    external_id = models.CharField(_("external id"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True)
    customers: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Customer, through="Affiliation", related_name="contacts", verbose_name=_("customers")
    )

    objects = ContactQuerySet.as_manager()
    search_fields = ("name", "phone", "email", "wechat")

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            *record_indexes("contact"),
            models.Index("name", name="contact_name_alive", condition=Q(trashed_at__isnull=True)),
            models.Index("email", name="contact_email", condition=~Q(email="")),
            models.Index(Lower("email"), name="contact_email_lower", condition=~Q(email="")),
            models.Index("phone", name="contact_phone", condition=~Q(phone="")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="contact_name"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="contact_external_id"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return record_url("customers:contact_detail", self.pk)

    def search_texts(self) -> list[str]:
        return [*super().search_texts(), *phone_texts(self.phone)]


@tracked_part
class Affiliation(models.Model):
    """A contact's part in a customer."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="affiliations"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="affiliations"
    )
    role = models.CharField(_("role"), max_length=60, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("contact of a customer")
        verbose_name_plural = _("contacts of customers")
        ordering = ["-is_primary", "-active", "id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "contact"], name="affiliation_once"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_primary=True), name="affiliation_one_primary"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.customer}"


@tracked()
class Need(CustomerRecord):
    """Something a customer wants; converts to a deal."""

    class Priority(models.IntegerChoices):
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        QUOTED = "quoted", _("Quoted")
        MET = "met", _("Met")
        DROPPED = "dropped", _("Dropped")

    title = models.CharField(_("title"), max_length=200)
    product = models.CharField(_("product"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.OPEN
    )

    objects = NeedQuerySet.as_manager()
    search_fields = ("title", "product")

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        indexes = record_indexes("need")
        constraints = [
            models.CheckConstraint(condition=Q(priority__in=[1, 2, 3]), name="need_priority"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "quoted", "met", "dropped"]), name="need_status"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return record_url("customers:need_detail", self.pk)
