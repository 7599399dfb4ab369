"""Customers with known doubles, to measure how well they are found: Chinese and Latin names.

Nothing here is tuned to the method. Beside true doubles there are the traps of real address books:
people who share a name, companies that share a switchboard or a brand in two cities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

_SURNAMES = list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
_GIVEN = list(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红建国文斌鹏飞宇欣雨梓涵浩然子轩思琪佳怡"
)
_BRANDS = list(
    "云海星辰百川腾达鼎盛华信恒泰瑞丰金龙宏远天成博雅中科创新智联万通国泰德邦嘉禾永昌东方安捷"
)
_TRADES = [
    "科技", "电子", "医疗器械", "贸易", "物流", "食品", "机械",
    "化工", "软件", "服饰", "建材", "电子商务", "信息技术", "生物制药",
]  # fmt: skip
_FORMS = ["有限公司", "股份有限公司", "有限责任公司", "集团有限公司"]
_CITIES = {
    "北京": "北京", "上海": "上海", "广州": "广东", "深圳": "广东", "杭州": "浙江",
    "宁波": "浙江", "南京": "江苏", "苏州": "江苏", "武汉": "湖北", "成都": "四川",
    "西安": "陕西", "长沙": "湖南", "青岛": "山东", "济南": "山东",
}  # fmt: skip
_ROADS = [
    "人民路", "中山路", "解放路", "建设路", "和平路", "新华路",
    "长江路", "科技大道", "文三路", "天府大道",
]  # fmt: skip
_LATIN = [
    "Acme", "Nova", "Orion", "Blue River", "Summit", "Vertex", "Atlas", "Polar", "Delta",
    "Harbour", "Cedar", "Falcon",
]  # fmt: skip
_LATIN_TRADES = [
    "Trading", "Systems", "Foods", "Logistics",
    "Textiles", "Instruments", "Chemicals", "Software",
]  # fmt: skip
_LATIN_FORMS = ["Co., Ltd.", "Inc.", "GmbH", "Ltd", "Corp."]
_TRADITIONAL = str.maketrans("云东华国达龙丰贸电业医疗机环网", "雲東華國達龍豐貿電業醫療機環網")
COLUMNS = ["id", "name", "phone", "email", "address", "city", "region"]  # fmt: skip


@dataclass(frozen=True)
class Doubles:
    """``frame`` with columns ``COLUMNS``, and the pairs of ids that are one customer."""

    frame: pd.DataFrame
    pairs: set[tuple[int, int]]


def customers_with_doubles(rows: int, seed: int = 1, share: float = 0.08) -> Doubles:
    """About ``rows`` customers; ``share`` of them were typed in a second time, with mistakes."""
    rng = np.random.default_rng(seed)
    doubled = int(rows * share)
    originals = [_customer(rng) for _ in range(rows - doubled)]
    _share_switchboards(originals, rng)
    chosen = rng.choice(len(originals), doubled, replace=False)
    copies = [_typed_again(originals[i], rng) for i in chosen]
    order = rng.permutation(rows)
    place = np.empty(rows, dtype=int)
    place[order] = np.arange(rows)
    everyone = originals + copies
    frame = pd.DataFrame([everyone[i] for i in order], columns=COLUMNS[1:])
    frame.insert(0, "id", np.arange(rows))
    first, second = place[chosen], place[len(originals) + np.arange(doubled)]
    pairs = {(int(min(a, b)), int(max(a, b))) for a, b in zip(first, second, strict=True)}
    return Doubles(frame, pairs)


def _customer(rng: np.random.Generator) -> list[str]:
    kind = rng.random()
    city = str(rng.choice(list(_CITIES)))
    if kind < 0.30:
        given = "".join(rng.choice(_GIVEN, rng.integers(1, 3)))
        name = f"{rng.choice(_SURNAMES)}{given}"
    elif kind < 0.85:
        name = f"{city}{_brand(rng)}{rng.choice(_TRADES)}{rng.choice(_FORMS)}"
    else:
        number = f" {rng.integers(1, 400)}" if rng.random() < 0.7 else ""
        name = (
            f"{rng.choice(_LATIN)}{number} {rng.choice(_LATIN_TRADES)} {rng.choice(_LATIN_FORMS)}"
        )
    address = f"{rng.choice(_ROADS)}{rng.integers(1, 900)}号" if rng.random() < 0.7 else ""
    phone = _phone(rng) if rng.random() < 0.85 else ""
    email = _email(rng) if rng.random() < 0.6 else ""
    return [name, phone, email, address, city, _CITIES[city]]


def _brand(rng: np.random.Generator) -> str:
    return "".join(rng.choice(_BRANDS, 2, replace=False))


def _phone(rng: np.random.Generator) -> str:
    return f"+861{rng.integers(3, 10)}{rng.integers(0, 10**9):09d}"


def _email(rng: np.random.Generator) -> str:
    letters = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 7))
    host = rng.choice(["163.com", "qq.com", "126.com", f"{letters[:4]}tech.cn"])
    return f"{letters}{rng.integers(1, 99)}@{host}"


def _share_switchboards(customers: list[list[str]], rng: np.random.Generator) -> None:
    """One in fifty answers the telephone of another customer."""
    for _ in range(len(customers) // 50):
        one, other = rng.integers(0, len(customers), 2)
        if one != other:
            customers[one][1] = customers[other][1]


def _typed_again(customer: list[str], rng: np.random.Generator) -> list[str]:
    name, phone, email, address, city, region = customer
    name = _misspelt(_other_form(name, city, rng), rng)
    if phone and rng.random() < 0.15:
        phone = "" if rng.random() < 0.5 else _phone(rng)
    elif phone and rng.random() < 0.06:
        spot = int(rng.integers(4, len(phone)))
        phone = f"{phone[:spot]}{rng.integers(0, 10)}{phone[spot + 1 :]}"
    if email and rng.random() < 0.25:
        email = "" if rng.random() < 0.6 else _email(rng)
    if address and rng.random() < 0.35:
        address = "" if rng.random() < 0.5 else f"{city}市{address}"
    if rng.random() < 0.15:
        region = ""
    return [name, phone, email, address, city, region]


def _other_form(name: str, city: str, rng: np.random.Generator) -> str:
    for form in (*_FORMS[1:], _FORMS[0], *_LATIN_FORMS):
        if name.endswith(form):
            kept = name.removesuffix(form).strip()
            other = str(rng.choice(["", form, form, "有限公司" if form in _FORMS else "Limited"]))
            name = f"{kept}{other}" if form in _FORMS else f"{kept} {other}".strip()
            break
    if name.startswith(city) and rng.random() < 0.25:
        name = (
            name.removeprefix(city) if rng.random() < 0.6 else f"{city}市{name.removeprefix(city)}"
        )
    return name


def _misspelt(name: str, rng: np.random.Generator) -> str:
    chance = rng.random()
    if chance < 0.10:
        return name.translate(_TRADITIONAL)
    if chance < 0.16:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    if chance < 0.24 and len(name) > 3:
        spot = int(rng.integers(0, len(name) - 1))
        return f"{name[:spot]}{name[spot + 1]}{name[spot]}{name[spot + 2 :]}"
    if chance < 0.30 and len(name) > 4:
        spot = int(rng.integers(1, len(name)))
        return name[:spot] + name[spot + 1 :]
    return f" {name} " if chance < 0.35 else name
