"""Cells that say more than one thing, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm.common.phones import more_digits
from customers.imports.problems import CellError
from customers.imports.targets import MAILS, PHONES, Target, email, more_mails, phone
from customers.models import Contact, Customer, ImportBatch
from sales.models import Deal
from sales.services import pipeline_set_up
from tests.factories.customers import UserFactory
from tests.imports.conftest import sums

BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]
PHONE = Target("phone", "", clean=phone, abroad=phone, splits=PHONES, more=more_digits)
EMAIL = Target("email", "", clean=email, splits=MAILS, more=more_mails)


@pytest.mark.parametrize(
    ("said", "number", "more"),
    [
        ("13800138000；13900139000", "+8613800138000", True),
        ("010-65521234/13800138000", "+861065521234", True),
        ("13800138000 13900139000", "+8613800138000", True),
        ("+33 1 42 68 53 00 / +33 6 12 34 56 78", "+33142685300", True),
        ("+1 415 555 2671 ::: +1 415 555 0199", "+14155552671", True),
        ("unknown, 13800138000", "+8613800138000", False),
        ("021-58881234-801", "+862158881234", True),
        ("010-65521234 转 801", "+861065521234", True),
        ("089/1234567", "+86891234567", False),
        ("+49 (0)89 1234567", "+49891234567", False),
        ("13800138000.0", "+8613800138000", False),
        ("１３８００１３８０００", "+8613800138000", False),
    ],
)
def test_it_reads_the_first_number_of_a_cell(said: str, number: str, more: bool) -> None:
    assert PHONE.read(said, "") == (number, more)


def test_a_number_dialled_from_abroad_needs_no_plus() -> None:
    assert phone("0086-13900001111", "United States") == "+8613900001111"


@pytest.mark.parametrize(
    ("said", "address", "more"),
    [
        ("a@x.com；b@x.com", "a@x.com", True),
        ("a@x.com ::: b@x.com", "a@x.com", True),
        ("Ada <a@x.com>, Bob <b@x.com>", "a@x.com", True),
        ("none, b@x.com", "b@x.com", False),
        ("a@x.com;", "a@x.com", False),
    ],
)
def test_it_reads_the_first_address_of_a_cell(said: str, address: str, more: bool) -> None:
    assert EMAIL.read(said, "") == (address, more)


@pytest.mark.parametrize("target", [PHONE, EMAIL], ids=["phone", "email"])
def test_it_refuses_a_cell_of_which_nothing_can_be_read(target: Target) -> None:
    with pytest.raises(CellError):
        target.read("ask; later", "")


FILES = {
    "customers": "Customer Name,Email,Phone,Note\nAcme,a@x.com;b@x.com,021-58881234-801,Old\n",
    "contacts": "Contact Name,Email,Phone,Note\nAda,a@x.com;b@x.com,021-58881234-801,Old\n",
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FILES)
def test_a_second_import_leaves_in_the_note_what_had_no_other_place(
    bring_in: BringIn, write: Write, kind: str
) -> None:
    path = write(FILES[kind])
    assert sums(bring_in(path, kind)) == (1, 1, 0, 0, 0)
    model: type[Contact] | type[Customer] = Contact if kind == "contacts" else Customer
    note = "Old\nPhone: 021-58881234-801\nEmail: a@x.com;b@x.com"
    assert model.objects.get().note == note
    assert sums(bring_in(path, kind)) == (1, 0, 0, 1, 0)
    assert sums(bring_in(write(FILES[kind].replace("Old", "New")), kind)) == (1, 0, 1, 0, 0)
    assert model.objects.get().note == note.replace("Old", "New")


@pytest.mark.django_db
def test_a_second_import_leaves_a_reason_for_losing_of_their_own(
    bring_in: BringIn, write: Write
) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))
    path = write(
        "Deal Name,Company,Deal Stage,Closed Lost Reason,Notes\n"
        "Pumps,Acme,Closed Lost,Their plant closed,Long ago\n"
    )
    assert sums(bring_in(path)) == (1, 1, 0, 0, 0)
    assert sums(bring_in(path)) == (1, 0, 0, 1, 0)
    assert Deal.objects.get().note == "Long ago\nReason for losing: Their plant closed"
