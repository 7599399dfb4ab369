"""The lists and pages of customers, contacts and needs."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Func, OuterRef, TextField, Value
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common import tones
from crm.common.columns import (
    BadgeColumn,
    Column,
    DayColumn,
    DueColumn,
    LinkColumn,
    MailColumn,
    MoneyColumn,
    NumberColumn,
    PhoneColumn,
    RelatedColumn,
    SinceColumn,
    TagsColumn,
    YesColumn,
)
from crm.records.keyset import Sort
from crm.records.resources import EVERYONE, SELLERS, Fact, Resource
from customers import services
from customers.duplicates.contact_merging import contact_restore
from customers.duplicates.services import customer_restore
from customers.filters import ContactFilterSet, CustomerFilterSet, NeedFilterSet
from customers.forms import ContactForm, CustomerForm, NeedForm
from customers.models import Affiliation, Contact, Customer, Need, Tag
from customers.selectors import contact_page, customer_page

tones.register(
    "customers.customer", "lifecycle",
    {"lead": "blue", "active": "green", "lapsed": "orange", "lost": "red"},
)  # fmt: skip
tones.register(
    "customers.need", "status",
    {"open": "blue", "quoted": "purple", "met": "green", "dropped": "secondary"},
)  # fmt: skip
tones.register("customers.need", "priority", {"1": "red", "2": "blue", "3": "secondary"})


class ArrayToString(Func):
    function = "array_to_string"
    output_field = CharField()


_OWN_TAGS = Tag.objects.filter(customers=OuterRef("pk")).order_by("name")
_TAGS = _OWN_TAGS.values(tag=JSONObject(name="name", colour="colour"))
_TAG_NAMES = Func(
    ArraySubquery(_OWN_TAGS.values("name")), Value("; "), function="ARRAY_TO_STRING",
    output_field=TextField(),
)  # fmt: skip


def _with_customers(contacts: Any, user: Any) -> Any:
    """Contacts with ``customer_names``: those customers that the user sees."""
    parts = Affiliation.objects.filter(
        contact=OuterRef("pk"), active=True, customer__in=Customer.objects.visible_to(user)
    )
    names = ArraySubquery(parts.values("customer__name"))
    return contacts.annotate(customer_names=ArrayToString(names, Value("; ")))


def _base_currency(record: Any) -> str:
    return settings.BASE_CURRENCY


def _customer_tabs(user: Any) -> list[tuple[Any, str]]:
    tabs: list[tuple[Any, str]] = [(_("All customers"), "")]
    if user.is_rep or user.is_manager:
        tabs.append((_("My customers"), f"owner={user.pk}"))
        tabs.append((_("Without an owner"), "unowned=true"))
    return [*tabs, (_("Leads"), "lifecycle=lead"), (_("Lapsed"), "lifecycle=lapsed")]


def _need_tabs(user: Any) -> list[tuple[Any, str]]:
    me = f"owner={user.pk}"
    return [
        (_("All needs"), ""), (_("Mine"), me), (_("Open"), "status=open"),
        (_("Quoted"), "status=quoted"),
    ]  # fmt: skip


def _customer_initial(request: Any) -> dict[str, Any]:
    return {name: request.GET[name] for name in ("customer",) if request.GET.get(name)}


CUSTOMERS = Resource(
    model=Customer,
    namespace="customers",
    prefix="",
    api="customers",
    icon="users",
    columns=[
        LinkColumn("name", _("Customer"), sort="name"),
        BadgeColumn("lifecycle", _("Lifecycle")),
        Column("segment", _("Segment"), path="segment.label"),
        MoneyColumn("order_value", _("Order value"), sort="value", currency=_base_currency),
        NumberColumn("order_count", _("Orders")),
        Column("owner", _("Owner"), path="owner.display_name"),
        DueColumn("next_step_at", _("Next step"), sort="next"),
        TagsColumn("tag_list", _("Tags"), export=_TAG_NAMES),
        SinceColumn("last_contact_at", _("Last contact"), sort="contact"),
        SinceColumn("updated_at", _("Updated"), sort="updated", default=False),
        BadgeColumn("kind", _("Kind"), default=False),
        PhoneColumn("phone", _("Phone"), default=False),
        MailColumn("email", pgettext_lazy("address", "E-mail"), default=False),
        Column("industry", _("Industry"), default=False),
        Column("country", _("Country"), default=False),
        Column("region", _("Region"), default=False),
        Column("city", _("City"), default=False),
        Column("address", _("Address"), default=False),
        BadgeColumn("acquisition", _("Acquisition channel"), default=False),
        Column("source", _("Source"), default=False),
        NumberColumn("open_deals", _("Open deals"), default=False),
        NumberColumn("open_requests", _("Open requests"), default=False),
        DayColumn("first_order_at", _("First order"), default=False),
        DayColumn("last_order_at", _("Last order"), default=False),
        YesColumn("consent_email", _("May be mailed"), default=False),
        YesColumn("consent_phone", _("May be called"), default=False),
        Column("external_id", _("External id"), default=False),
        NumberColumn("pk", _("CRM number"), default=False),
        SinceColumn("created_at", pgettext_lazy("date", "Created"), default=False),
        Column("note", _("Note"), css="cell-wide", default=False),
    ],
    sorts=[
        Sort("updated", "updated_at"),
        Sort("name", "name"),
        Sort("value", "order_value"),
        Sort("next", "next_step_at", nullable=True),
        Sort("contact", "last_contact_at", nullable=True),
    ],
    default_sort="-updated",
    filterset=CustomerFilterSet,
    form=CustomerForm,
    create=services.customer_create,
    update=services.customer_update,
    trash=services.customer_trash,
    restore=partial(customer_restore, model=Customer),
    creators=SELLERS,
    select=["owner", "segment"],
    annotate={"tag_list": ArraySubquery(_TAGS)},
    facts=[
        Fact(Column("name", _("Name")), always=True),
        Fact(BadgeColumn("kind", _("Kind")), always=True),
        Fact(BadgeColumn("lifecycle", _("Lifecycle")), always=True),
        Fact(Column("owner", _("Owner"), path="owner.display_name"), always=True),
        Fact(TagsColumn("tags", _("Tags"), path="tag_list"), always=True),
        Fact(Column("industry", _("Industry"))),
        Fact(PhoneColumn("phone", _("Phone")), always=True),
        Fact(MailColumn("email", pgettext_lazy("address", "E-mail")), always=True),
        Fact(Column("country", _("Country"))),
        Fact(Column("region", _("Region"))),
        Fact(Column("city", _("City")), always=True),
        Fact(Column("address", _("Address"))),
        Fact(BadgeColumn("acquisition", _("Acquisition channel")), always=True),
        Fact(Column("source", _("Source"))),
        Fact(YesColumn("consent_email", _("May be mailed")), always=True),
        Fact(YesColumn("consent_phone", _("May be called")), always=True),
        Fact(Column("external_id", _("External id"))),
        Fact(Column("note", _("Note"))),
    ],
    inline_in_list=["lifecycle", "owner"],
    inline=[
        "name",
        "kind",
        "lifecycle",
        "owner",
        "tags",
        "industry",
        "phone",
        "email",
        "country",
        "region",
        "city",
        "address",
        "acquisition",
        "source",
        "consent_email",
        "consent_phone",
        "note",
    ],
    editable=lambda user: Customer.objects.contact_details_editable_by(user),
    list_template="customers/list.html",
    form_template="customers/form.html",
    detail_template="customers/detail.html",
    prepared=True,
    files=True,
    detail_context=customer_page,
    tabs=_customer_tabs,
    empty=_("No customers yet. Add the first one or import a file."),
)

CONTACTS = Resource(
    model=Contact,
    namespace="customers",
    prefix="contact_",
    api="contacts",
    icon="address-book",
    columns=[
        LinkColumn("name", _("Contact"), sort="name"),
        Column("title", _("Job title")),
        PhoneColumn("phone", _("Phone")),
        MailColumn("email", pgettext_lazy("address", "E-mail")),
        Column("owner", _("Owner"), path="owner.display_name"),
        SinceColumn("updated_at", _("Updated"), sort="updated"),
        Column("customers", _("Customers"), path="customer_names", default=False),
        Column("wechat", _("WeChat"), default=False),
        Column("external_id", _("External id"), default=False),
        SinceColumn("created_at", pgettext_lazy("date", "Created"), default=False),
        Column("note", _("Note"), css="cell-wide", default=False),
    ],
    sorts=[Sort("updated", "updated_at"), Sort("name", "name")],
    default_sort="-updated",
    prepared=True,
    filterset=ContactFilterSet,
    form=ContactForm,
    create=services.contact_create,
    update=services.contact_update,
    trash=services.contact_trash,
    restore=partial(contact_restore, model=Contact),
    creators=EVERYONE,
    select=["owner"],
    enrich=_with_customers,
    facts=[
        Fact(Column("name", _("Name")), always=True),
        Fact(Column("title", _("Job title"))),
        Fact(PhoneColumn("phone", _("Phone")), always=True),
        Fact(MailColumn("email", pgettext_lazy("address", "E-mail")), always=True),
        Fact(Column("wechat", _("WeChat"))),
        Fact(Column("note", _("Note"))),
    ],
    inline=["name", "title", "phone", "email", "wechat", "note"],
    list_template="customers/plain_list.html",
    form_template="customers/contact_form.html",
    detail_template="customers/contact_detail.html",
    detail_context=contact_page,
    initial=_customer_initial,
)

NEEDS = Resource(
    model=Need,
    namespace="customers",
    prefix="need_",
    api="needs",
    icon="bulb",
    columns=[
        LinkColumn("title", _("Need")),
        RelatedColumn("customer", _("Customer")),
        Column("product", _("Product")),
        BadgeColumn("priority", _("Priority"), sort="priority"),
        BadgeColumn("status", _("Status")),
        Column("owner", _("Owner"), path="owner.display_name"),
        SinceColumn("updated_at", _("Updated"), sort="updated"),
        Column("description", _("Description"), css="cell-wide", default=False),
        SinceColumn("created_at", pgettext_lazy("date", "Created"), default=False),
    ],
    sorts=[Sort("updated", "updated_at"), Sort("priority", "priority")],
    default_sort="-updated",
    filterset=NeedFilterSet,
    form=NeedForm,
    create=services.need_create,
    update=services.need_update,
    trash=services.need_trash,
    restore=services.need_restore,
    creators=SELLERS,
    select=["owner", "customer"],
    facts=[
        Fact(RelatedColumn("customer", _("Customer")), always=True),
        Fact(Column("product", _("Product"))),
        Fact(BadgeColumn("priority", _("Priority")), always=True),
        Fact(BadgeColumn("status", _("Status")), always=True),
        Fact(Column("description", _("Description"))),
    ],
    inline_in_list=["priority", "status"],
    inline=["product", "priority", "status", "description"],
    list_template="customers/plain_list.html",
    tabs=_need_tabs,
    initial=_customer_initial,
)
