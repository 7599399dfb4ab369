"""The demo's customers, their people and their needs."""

from __future__ import annotations

from random import Random
from typing import Any

from crm.common.names import name_key
from crm.home.demo import words
from crm.home.demo.behaviour import draw_segment, shape
from crm.home.demo.copying import money
from crm.home.demo.days import DAY
from crm.home.demo.world import Account, World, pick, stream

_DUPLICATE_EVERY, _DUPLICATE_AT = 97, 50
_TRASH_EVERY, _TRASH_AT = 211, 100
_LONG_EVERY = 151
_CHANNEL_WEIGHTS = (
    ("direct", 0.32), ("dealer", 0.2), ("ecommerce", 0.2), ("referral", 0.1),
    ("exhibition", 0.06), ("website", 0.1), ("other", 1.0),
)  # fmt: skip
# Coprime with the number of names, so that no two customers get the same one by chance.
_STRIDE = 1_000_003


class Identity:
    """What a customer is called and where it can be reached."""

    def __init__(self, world: World, index: int, rng: Random, kind: str) -> None:
        self.country, self.industry, self.title = "中国", "", ""
        self.currency = "CNY"
        build = {"chinese": self._chinese, "person": self._person, "world": self._world}[kind]
        self.phone_prefix, self.phone_digits = "", 0
        self.acquisition = _draw_channel(rng)
        build(world, index, rng)
        self.phone = _phone(rng, self.phone_prefix, self.phone_digits)

    def _chinese(self, world: World, index: int, rng: Random) -> None:
        number = index * _STRIDE + world.seed
        number, first = divmod(number, len(words.FIRST_SYLLABLES))
        number, second = divmod(number, len(words.SECOND_SYLLABLES))
        number, industry = divmod(number, len(words.CHINESE_INDUSTRIES))
        number, city = divmod(number, len(words.CHINESE_CITIES))
        self.city, self.region, code, area = words.CHINESE_CITIES[city]
        (one, latin_one), (two, latin_two) = (
            words.FIRST_SYLLABLES[first], words.SECOND_SYLLABLES[second],
        )  # fmt: skip
        self.industry = words.CHINESE_INDUSTRIES[industry]
        self.short = f"{one}{two}{self.industry}"
        long = index % _LONG_EVERY == _LONG_EVERY - 1
        form = words.LONG_FORM if long else words.CHINESE_FORMS[(rng.random() < 0.2) + long]
        self.name = f"{self.city}{self.short}{form}"
        self.domain = f"{latin_one}{latin_two}-{code}{index}.example.com"
        self.mailbox = pick(rng, ("info", "office", "caigou", "contact"))
        self.address = f"{self.city}{pick(rng, words.STREETS)}{rng.randint(1, 999)}号"
        self.phone_prefix, self.phone_digits = f"+86{area}", 8
        if rng.random() < 0.35:
            self.phone_prefix, self.phone_digits = _mobile(rng), 8

    def _person(self, world: World, index: int, rng: Random) -> None:
        self.name = self.short = chinese_person(rng)
        self.city, self.region, code, _area = pick(rng, words.CHINESE_CITIES)
        self.domain, self.mailbox = "mail.example.com", f"{code}{index}"
        self.address = f"{self.city}{pick(rng, words.STREETS)}{rng.randint(1, 300)}弄"
        self.phone_prefix, self.phone_digits = _mobile(rng), 8

    def _world(self, world: World, index: int, rng: Random) -> None:
        number = index * _STRIDE + world.seed
        number, first = divmod(number, len(words.ENGLISH_FIRST))
        number, second = divmod(number, len(words.ENGLISH_SECOND))
        number, industry = divmod(number, len(words.ENGLISH_INDUSTRIES))
        place = pick(rng, words.WORLD_CITIES)
        self.city, self.region, self.country, self.currency = place[:4]
        self.phone_prefix, self.phone_digits = place[4], place[5]
        self.industry = words.ENGLISH_INDUSTRIES[industry]
        stem = words.ENGLISH_FIRST[first] + words.ENGLISH_SECOND[second]
        self.short = f"{stem} {self.industry}"
        long = index % _LONG_EVERY == _LONG_EVERY - 1
        holding = f" {words.ENGLISH_LONG} {self.city}" if long else ""
        self.name = f"{self.short}{holding} {pick(rng, place[6])}"
        self.domain = f"{stem.lower()}{index}.example.com"
        self.mailbox = pick(rng, ("info", "office", "purchasing", "hello"))
        self.address = f"{rng.randint(1, 250)} {pick(rng, words.ENGLISH_STREETS)}"


def _draw_channel(rng: Random) -> str:
    luck = rng.random()
    for code, share in _CHANNEL_WEIGHTS:
        if luck < share:
            return code
        luck -= share
    return "other"


def _mobile(rng: Random) -> str:
    return f"+861{pick(rng, ('38', '39', '58', '86', '50', '77'))}"


def _phone(rng: Random, prefix: str, digits: int) -> str:
    first = rng.randint(2, 8)
    return f"{prefix}{first}{int(rng.random() * 10 ** (digits - 1)):0{digits - 1}d}"


def chinese_person(rng: Random) -> str:
    return pick(rng, words.SURNAMES) + pick(rng, words.GIVEN_NAMES)


def english_person(rng: Random) -> str:
    return f"{pick(rng, words.ENGLISH_GIVEN)} {pick(rng, words.ENGLISH_FAMILY)}"


def meet(world: World, index: int) -> tuple[Account, Identity]:
    """The account of the customer with this number, before anything hangs on it."""
    rng = stream(world.seed, "customer", index)
    luck = rng.random()
    kind = "chinese" if luck < 0.7 else "person" if luck < 0.8 else "world"
    team = "world" if kind == "world" else "east"
    identity = Identity(world, index, rng, kind)
    account = Account(
        index=index,
        rng=rng,
        pk=world.tables.customers.last_id + 1,
        segment=draw_segment(rng),
        english=kind == "world",
        person=kind == "person",
        team=world.staff.teams[team],
        team_key=team,
        owner=world.staff.owner(rng, team, index),
        currency=identity.currency,
        created=0,
        name=identity.name,
        short=identity.short,
    )
    _disturb(world, account, identity)
    account.phone = identity.phone
    account.place = (identity.city, identity.region, identity.country)
    if not account.trashed:
        shape(world, account)
    return account, identity


def _disturb(world: World, account: Account, identity: Identity) -> None:
    """Gaps, a record in the trash, a second entry of the customer before."""
    rng = account.rng
    missing_email, missing_phone = rng.random() < 0.12, rng.random() < 0.06
    account.email = "" if missing_email else f"{identity.mailbox}@{identity.domain}"
    if missing_phone:
        identity.phone = ""
    original = world.previous
    if account.index % _DUPLICATE_EVERY == _DUPLICATE_AT and original and not original.trashed:
        account.segment = "lead"
        account.name = _retype(rng, original.name)
        account.short, account.person = original.short, original.person
        account.english, account.currency = original.english, original.currency
        account.team, account.team_key = original.team, original.team_key
        account.email = original.email if rng.random() < 0.6 else ""
        identity.phone = original.phone if rng.random() < 0.85 else identity.phone
        identity.city, identity.region, identity.country = original.place
        world.duplicates.append((original.pk, account.pk))
    elif account.index % _TRASH_EVERY == _TRASH_AT:
        account.segment, account.trashed = "lead", True
        account.created = (world.clock.last - rng.randint(40, 200)) * DAY


def _retype(rng: Random, name: str) -> str:
    """The name as a hurried colleague types it again."""
    for ending in ("股份有限公司", "集团有限公司", "有限公司", " Ltd", " GmbH", " Inc."):
        if name.endswith(ending):
            short = name.removesuffix(ending)
            return short if rng.random() < 0.5 else f"{short}（{ending.strip()}）"
    return name


def add_people(world: World, account: Account, identity: Identity) -> None:
    """The contacts of an organisation; the first is the primary one."""
    if account.person or account.trashed:
        return
    rng, tables = account.rng, world.tables
    count = 1 if account.segment in {"lead", "new"} else 1 + (rng.random() < 0.5)
    for place in range(count):
        english = account.english
        name = english_person(rng) if english else chinese_person(rng)
        title = pick(rng, words.ENGLISH_TITLES if english else words.CHINESE_TITLES)
        phone = _phone(rng, identity.phone_prefix, identity.phone_digits) if english else (
            _phone(rng, _mobile(rng), 8)
        )  # fmt: skip
        email = "" if rng.random() < 0.15 else f"p{account.index}.{place}@{identity.domain}"
        wechat = "" if english or rng.random() < 0.5 else f"wx_{account.index}_{place}"
        contact = tables.contacts.add(
            *world.record(
                account, account.owner, account.created, account.created,
                name, phone, email, wechat, phone.removeprefix("+86"),
            ),
            name, title, phone, email, wechat, "",
        )  # fmt: skip
        role = pick(rng, words.ENGLISH_ROLES if english else words.CHINESE_ROLES)
        tables.affiliations.add(
            account.pk, contact, role, place == 0, place == 0 or rng.random() < 0.9
        )
        if place == 0:
            account.contact, account.contact_name = contact, name


def add_need(world: World, account: Account) -> None:
    rng = account.rng
    if account.trashed or rng.random() > 0.4:
        return
    item = world.catalogue.items[world.catalogue.draw(rng)]
    product = item.english if account.english else item.name
    title = pick(rng, words.NEEDS_EN if account.english else words.NEEDS_ZH).format(product=product)
    waiting = account.segment in {"lead", "new", "growing"}
    status = pick(rng, ("open", "open", "quoted") if waiting else ("met", "met", "dropped", "open"))
    since = min(account.created + 2 * DAY, world.clock.last * DAY - 60)
    need = world.tables.needs.add(
        *world.record(account, account.owner, since, since, title, product),
        account.pk, title, product, "", rng.randint(1, 3), status,
    )  # fmt: skip
    account.need = need if status == "quoted" else None


def add_customer(world: World, account: Account, identity: Identity) -> None:
    """The customer's own row, last, when its children are known."""
    rng = account.rng
    external = f"ERP-{account.index + 1:07d}" if account.order_count else ""
    last = account.last_order or account.created
    touched = max(last, account.last_contact or 0, account.created)
    search = (account.name, identity.phone, account.email, identity.city, external)
    world.tables.customers.add(
        *world.record(
            account, account.owner, account.created, touched,
            *search, identity.phone.removeprefix("+86"),
            trashed=account.created + 20 * DAY if account.trashed else None,
        ),
        "person" if account.person else "organisation",
        account.name, name_key(account.name), _lifecycle(account), identity.phone,
        account.email, identity.industry,
        identity.address, identity.city, identity.region, identity.country,
        identity.acquisition,
        pick(rng, words.SOURCES_EN if account.english else words.SOURCES_ZH),
        rng.random() < 0.6, rng.random() < 0.5, external, "",
        *_rollups(world, account),
    )  # fmt: skip
    for tag in {pick(rng, world.tags) for _ in range(int(rng.random() * 3))}:
        world.tables.tags.add(account.pk, tag)
    if account.order_count:
        world.segments[account.segment].append(account.pk)


def _lifecycle(account: Account) -> str:
    if account.segment == "lead":
        return "lost" if account.rng.random() < 0.1 else "lead"
    if account.segment == "dormant":
        return "lost" if account.rng.random() < 0.2 else "lapsed"
    return "active"


def _rollups(world: World, account: Account) -> tuple[Any, ...]:
    return (
        world.moment(account.last_contact), world.moment(account.next_step),
        account.order_count, money(account.order_cents), world.moment(account.first_order),
        world.moment(account.last_order), account.open_deals, account.open_requests,
    )  # fmt: skip
