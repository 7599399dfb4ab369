"""Contacts and leads: found, created, linked to their customers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.jobs.runner import job_run
from customers.imports.services import import_undo
from customers.imports.targets import whole_id
from customers.models import Affiliation, Contact, Customer, ImportBatch
from tests.factories.customers import ContactFactory, CustomerFactory, UserFactory
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]

HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Lead Status,Contact owner,"
    "Associated Company,Associated Company IDs,Job Title\n"
    "101,Camille,Durand,c.durand@example.com,+33 1 42 68 53 00,New,,Bluebay,9001,Buyer\n"
    "102,国,张,zhang@example.com,13800138000,,,Bluebay,9001;9002,\n"
    "103,,,lone@example.com,,,,,,\n"
)


def test_it_brings_in_contacts_of_hubspot(bring_in: BringIn, write: Write) -> None:
    batch = bring_in(write(HUBSPOT))
    assert (batch.kind, sums(batch)) == ("contacts", (3, 3, 0, 0, 0))
    company = Customer.objects.get()
    assert (company.name, company.external_id, company.lifecycle) == ("Bluebay", "9001", "lead")
    first = Contact.objects.get(external_id="101")
    assert (first.name, first.title, first.phone) == ("Camille Durand", "Buyer", "+33142685300")
    names = set(Contact.objects.values_list("name", flat=True))
    assert names == {"Camille Durand", "张国", "lone@example.com"}
    assert Affiliation.objects.filter(customer=company, is_primary=True).get().contact == first
    assert sums(bring_in(write(HUBSPOT))) == (3, 0, 0, 3, 0)


def test_it_links_all_companies_of_hubspot_not_only_the_primary_one(
    bring_in: BringIn, write: Write
) -> None:
    text = (
        "Record ID,First Name,Email,Company Name,Associated Company,Associated Company IDs,"
        "Primary Associated Company ID\n"
        "101,Ann,ann@x.com,,Bluebay;Harbour,9001;9002,9001\n"
    )
    assert sums(bring_in(write(text))) == (1, 1, 0, 0, 0)
    parts = Affiliation.objects.values_list("customer__name", "customer__external_id")
    assert set(parts) == {("Bluebay", "9001"), ("Harbour", "9002")}


@pytest.mark.parametrize(
    "text",
    [
        "Lead ID,First Name,Last Name,Title,Company / Account,Email,Lead Source,Lead Status\n"
        "00Q1,Adèle,Byron,CTO,Engines Ltd,ada@x.com,Web,Open - Not Contacted\n",
        "Record Id,Lead Owner,Company,First Name,Last Name,Title,Email,Lead Source,Lead Status\n"
        "5001,Sam,Engines Ltd,Adèle,Byron,CTO,ada@x.com,Web,Attempted to Contact\n",
        "Record Id,潜在客户所有者,公司,名,姓,职务,电子邮件,潜在客户来源,潜在客户状态\n"
        "5001,Sam,Engines Ltd,Adèle,Byron,CTO,ada@x.com,Web,将来联系\n",
    ],
    ids=["Salesforce", "Zoho", "Zoho in Chinese"],
)
def test_it_makes_a_lead_a_customer_and_a_contact(
    bring_in: BringIn, write: Write, text: str
) -> None:
    batch = bring_in(write(text))
    assert (batch.kind, batch.created) == ("contacts", 1)
    assert ("unknown_owner" in batch.options["warnings"]) == ("Sam" in text)
    customer = Customer.objects.get()
    assert (customer.name, customer.lifecycle, customer.source) == ("Engines Ltd", "lead", "Web")
    contact = customer.contacts.get()
    assert (contact.name, contact.title) == ("Adèle Byron", "CTO")


def test_both_forms_of_salesforces_ids_are_one_id(bring_in: BringIn, write: Write) -> None:
    account, contact = "0015g00000AbCdEAAV", "0035g00000xYz12"
    assert whole_id(account[:15]) == account
    assert whole_id("001234567890123") == "001234567890123"  # somebody else's number
    accounts = write(f"Account ID,Account Name,Billing City\n{account},Edge,Austin\n", "a.csv")
    assert bring_in(accounts).created == 1
    people = f"Contact ID,First Name,Last Name,Account ID\n{contact},Rose,Lee,{account[:15]}\n"
    assert sums(bring_in(write(people, "c.csv"))) == (1, 1, 0, 0, 0)
    assert Affiliation.objects.get().customer == Customer.objects.get()
    assert bring_in(write(people.replace(contact, whole_id(contact)), "d.csv")).skipped == 1


def test_of_two_customers_of_one_name_the_contacts_own_is_meant(
    bring_in: BringIn, write: Write
) -> None:
    text = "Contact,Email,Company\nAda,ada@x.com,Acme\n"
    assert bring_in(write(text)).created == 1
    CustomerFactory(name="Acme")
    assert sums(bring_in(write(text + "Bob,bob@x.com,Acme\n"))) == (2, 0, 0, 1, 1)


def test_a_second_number_goes_into_the_note_of_a_new_contact(
    bring_in: BringIn, write: Write
) -> None:
    text = (
        "Contact ID,First Name,Last Name,Phone,Mobile,Home Phone,Description\n"
        "003A,Ada,Byron,010-62881234,13800138000,010-62881234,Old friend\n"
    )
    assert sums(bring_in(write(text))) == (1, 1, 0, 0, 0)
    ada = Contact.objects.get()
    assert (ada.phone, ada.note) == ("+861062881234", "Old friend\nMobile: 13800138000")
    Contact.objects.update(note="Edited")
    assert bring_in(write(text.replace(",Old friend", ","))).skipped == 1
    assert Contact.objects.get().note == "Edited"


def test_it_finds_people_by_name_within_their_customer(bring_in: BringIn, write: Write) -> None:
    path = write("姓名,公司,职位\n张伟,云海,经理\n张伟,远帆,总监\n李娜,,\n")
    assert sums(bring_in(path)) == (3, 3, 0, 0, 0)
    assert sums(bring_in(path)) == (3, 0, 0, 3, 0)
    assert Contact.objects.filter(name="张伟").count() == 2


def test_it_completes_a_bare_namesake_and_leaves_those_with_another_mail(
    bring_in: BringIn, write: Write
) -> None:
    first = write("name,email,company\n王伟,,云海\n王伟,w1@x.com,云海\n", "first.csv")
    assert sums(bring_in(first, "contacts")) == (2, 1, 1, 0, 0)
    more = write("name,email,company\n王伟,w2@x.com,云海\n王伟,w1@x.com,云海\n", "more.csv")
    assert sums(bring_in(more, "contacts")) == (2, 1, 0, 1, 0)
    mails = Contact.objects.filter(name="王伟").values_list("email", flat=True)
    assert sorted(mails) == ["w1@x.com", "w2@x.com"]


def test_it_rejects_what_it_cannot_link(bring_in: BringIn, write: Write) -> None:
    for _twice in range(2):
        CustomerFactory(name="Twin", owner=None)
    path = write("name,company,customer id\nA,Twin,\nB,,77\n")
    batch = bring_in(path, kind="contacts")
    assert sums(batch) == (2, 0, 0, 0, 2)
    assert set(batch.reasons) == {"ambiguous_customer", "no_customer"}
    assert not Contact.objects.exists()


def test_it_links_a_person_to_each_of_several_companies(bring_in: BringIn, write: Write) -> None:
    text = (
        "Record ID,First Name,Last Name,Associated Company,Associated Company IDs,Role\n"
        "1,Ada,Byron,Engines;Looms Ltd,11;22,Buyer\n"
        "2,Sam,Hill,Engines; Mills,,\n"
        "3,Ann,Lee,Engines,11;99,\n"
    )
    assert sums(bring_in(write(text))) == (3, 3, 0, 0, 0)
    parts = {
        contact.name: sorted(contact.customers.values_list("name", "external_id"))
        for contact in Contact.objects.all()
    }
    assert parts == {
        "Ada Byron": [("Engines", "11"), ("Looms Ltd", "22")],
        "Sam Hill": [("Engines", "11"), ("Mills", "")],
        "Ann Lee": [("Engines", "11")],
    }
    roles = Affiliation.objects.filter(contact__external_id="1")
    told = dict(roles.values_list("customer__name", "role"))
    assert told == {"Engines": "Buyer", "Looms Ltd": ""}
    assert sums(bring_in(write(text))) == (3, 0, 0, 3, 0)


def test_it_adds_a_company_to_those_of_a_known_person(bring_in: BringIn, write: Write) -> None:
    ada = ContactFactory(name="Ada", email="ada@example.com", owner=None)
    CustomerFactory(name="A; B", owner=None).contacts.add(ada)
    batch = bring_in(write("name,email,company\nAda,ada@example.com,A; B;Mills\n"))
    assert (batch.kind, sums(batch)) == ("contacts", (1, 0, 1, 0, 0))
    assert sorted(ada.customers.values_list("name", flat=True)) == ["A; B", "Mills"]
    whole = bring_in(write("name,email,company\nAda,ada@example.com,A; B\n"))
    assert sums(whole) == (1, 0, 0, 1, 0)


def test_it_rejects_a_row_when_one_of_its_companies_is_ambiguous(
    bring_in: BringIn, write: Write
) -> None:
    for _twice in range(2):
        CustomerFactory(name="Twin", owner=None)
    batch = bring_in(write("name,company\nA,Acme;Twin\n"), kind="contacts")
    assert (sums(batch), list(batch.reasons)) == ((1, 0, 0, 0, 1), ["ambiguous_customer"])
    assert not Customer.objects.filter(name="Acme").exists()


def test_it_does_not_link_to_customers_out_of_reach(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    CustomerFactory(name="Theirs", external_id="77")
    batch = bring_in(
        write("name,company,customer id\nA,Theirs,77\n"), kind="contacts", actor=cast["rep"]
    )
    assert (sums(batch), list(batch.reasons)) == ((1, 0, 0, 0, 1), ["no_customer"])


def test_it_leaves_contacts_of_colleagues_alone(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    colleague = UserFactory(team=cast["rep"].team)
    ContactFactory(owner=colleague, name="Theirs", email="x@example.com")
    batch = bring_in(write("name,email\nMine,x@example.com\n"), kind="contacts", actor=cast["rep"])
    assert list(batch.reasons) == ["foreign_contact"]
    assert Contact.objects.get().name == "Theirs"


def test_it_reads_a_file_of_cards(bring_in: BringIn, write: Write) -> None:
    cards = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:李四\r\nN:李;四;;;\r\nORG:上海云海;销售部\r\n"
        "TEL;TYPE=CELL:+86 139 0013 9000\r\nEMAIL:li@example.com\r\nTITLE:经理\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:"
        "=E5=BC=A0;=E5=BB=BA=E5=9B=BD\r\nTEL;CELL:13800138000\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nbroken\r\nEND:VCARD\r\n"
    )
    batch = bring_in(write(cards, name="people.vcf"))
    assert (batch.kind, sums(batch)) == ("contacts", (3, 2, 0, 0, 1))
    first = Contact.objects.get(name="李四")
    assert (first.title, first.phone) == ("经理", "+8613900139000")
    assert first.customers.get().name == "上海云海"
    assert Contact.objects.get(phone="+8613800138000").name == "张建国"


def test_it_reads_what_phones_put_into_cards(bring_in: BringIn, write: Write) -> None:
    cards = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Jürgen Müller\nORG:Müller\\; Söhne GmbH;Einkauf\n"
        "item1.ORG:Zweite AG\nTEL:139 0571 8888\nTEL;type=pref:139 0571 8001\n"
        "item2.TEL:0571-88888888\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:3.0\nFN:Freunde\nX-ADDRESSBOOKSERVER-KIND:group\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Team\nMEMBER:urn:uuid:1\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:Fils & Fille; Paris\n"
        "EMAIL;PREF=2:b@fils.fr\nEMAIL;PREF=1:a@fils.fr\nEND:VCARD\n"
    )
    batch = bring_in(write(cards, name="people.vcf"))
    assert sums(batch) == (4, 2, 0, 2, 0)
    person = Contact.objects.get(name="Jürgen Müller")
    assert set(person.customers.values_list("name", flat=True)) == {
        "Müller; Söhne GmbH", "Zweite AG",
    }  # fmt: skip
    assert person.phone == "+8613905718001"
    assert {"TEL 2: 139 0571 8888", "TEL 3: 0571-88888888"} <= set(person.note.splitlines())
    house = Contact.objects.exclude(pk=person.pk).get()
    assert (house.email, house.customers.get().name) == ("a@fils.fr", "Fils & Fille; Paris")
    assert sums(bring_in(write(cards, name="people.vcf"), kind="customers")) == (4, 1, 1, 2, 0)
    kinds = dict(Customer.objects.values_list("name", "kind"))
    assert kinds["Jürgen Müller"] == "person"
    assert kinds["Fils & Fille; Paris"] == "organisation"


@pytest.mark.parametrize(
    "line",
    ["X-WECHAT:ada_wx", "IMPP;X-SERVICE-TYPE=WeChat:x-apple:ada_wx", "IMPP:weixin:ada_wx"],
)
def test_it_reads_the_wechat_account_of_a_card(bring_in: BringIn, write: Write, line: str) -> None:
    bring_in(write(f"BEGIN:VCARD\nVERSION:3.0\nFN:Ada\n{line}\nEND:VCARD\n", name="a.vcf"))
    assert Contact.objects.get().wechat == "ada_wx"


def test_it_leaves_out_what_was_deleted_elsewhere(bring_in: BringIn, write: Write) -> None:
    path = write("Id,IsDeleted,Name,Email\n1,0,Here,a@x.com\n2,1,Gone,b@x.com\n")
    assert sums(bring_in(path, kind="contacts")) == (2, 1, 0, 1, 0)
    assert Contact.objects.get().name == "Here"


def test_it_undoes_people_parts_and_companies(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    manager = cast["manager"]
    house = CustomerFactory(team=manager.team, name="Bluebay", external_id="9001")
    known = ContactFactory(owner=manager, name="Old", email="zhang@example.com")
    batch = bring_in(write(HUBSPOT + "104,New,Person,n@x.com,,,,Fresh,,\n"), actor=manager)
    assert sums(batch) == (4, 3, 1, 0, 0)
    import_undo(pk=batch.pk, actor=manager)
    batch.refresh_from_db()
    assert batch.job_id is not None
    job_run(batch.job_id)
    batch.refresh_from_db()
    assert (batch.state, batch.undo["kept"]) == ("undone", [])
    known.refresh_from_db()
    assert (known.name, known.phone, known.external_id) == ("Old", "", "")
    assert list(Contact.objects.all()) == [known]
    assert list(Customer.objects.all()) == [house]
    assert not Affiliation.objects.exists()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Record ID,First Name,Last Name,Email,Phone Number,Associated Company IDs (Primary),"
            "Associated Company (Primary)",
            "101,Camille,Durand,c@example.com,+33 6 12 34 56 78,77,Globex",
        ),
        (
            "Index,Account Id,First Name,Last Name,Company,Phone 1,Phone 2,Email 1,Email 2",
            "1,77,Camille,Durand,Globex,,+33 6 12 34 56 78,c@example.com,d@example.com",
        ),
        (
            "客户编码,客户全称,联系人,固定电话,联系人手机,电子信箱",
            "77,Globex,Camille Durand,,+33 6 12 34 56 78,c@example.com",
        ),
    ],
    ids=["primary company", "numbered columns", "enterprise software"],
)
def test_it_knows_the_columns_of_other_programs(
    bring_in: BringIn, write: Write, header: str, row: str
) -> None:
    batch = bring_in(write(f"{header}\n{row}\n"))
    assert sums(batch) == (1, 1, 0, 0, 0)
    contact = Contact.objects.get()
    assert (contact.name, contact.phone, contact.email) == (
        "Camille Durand", "+33612345678", "c@example.com",
    )  # fmt: skip
    customer = contact.affiliations.get().customer
    assert (customer.name, customer.external_id) == ("Globex", "77")
