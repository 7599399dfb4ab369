"""What the demo company sells, for which money, through which channels and stages."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random

from crm.common.ngrams import vector_literal
from sales.models import Channel, ExchangeRate, Pipeline, Product, Stage

# Chinese name, English name, list price in CNY, how often it is drawn
_PRODUCTS: dict[tuple[str, str], tuple[tuple[str, str, int, int], ...]] = {
    ("办公设备", "Office equipment"): (
        ("激光打印机", "Laser printer", 1899, 9), ("彩色复印机", "Colour copier", 12800, 2),
        ("扫描仪", "Scanner", 2299, 3), ("碎纸机", "Shredder", 699, 4),
        ("装订机", "Binding machine", 459, 3), ("考勤机", "Time clock", 399, 3),
        ("点钞机", "Banknote counter", 599, 2), ("标签打印机", "Label printer", 899, 3),
        ("塑封机", "Laminator", 329, 2), ("饮水机", "Water dispenser", 799, 3),
    ),
    ("电脑数码", "Computers"): (
        ("笔记本电脑", "Laptop", 5299, 8), ("台式电脑", "Desktop computer", 4299, 5),
        ("显示器 27 英寸", "Monitor 27 inch", 1499, 6), ("机械键盘", "Mechanical keyboard", 299, 5),
        ("无线鼠标", "Wireless mouse", 99, 6), ("移动硬盘 2TB", "Portable drive 2 TB", 499, 4),
        ("扩展坞", "Docking station", 699, 4), ("路由器", "Router", 399, 3),
        ("电脑包", "Laptop bag", 199, 3), ("平板电脑", "Tablet", 2899, 3),
    ),
    ("办公耗材", "Supplies"): (
        ("墨盒", "Ink cartridge", 269, 6), ("A4 复印纸", "A4 paper", 139, 10),
        ("中性笔", "Gel pens", 29, 8), ("文件夹", "Folders", 49, 7),
        ("便利贴", "Sticky notes", 25, 6), ("笔记本", "Notebooks", 45, 6),
        ("档案盒", "Archive boxes", 69, 5), ("白板笔", "Whiteboard markers", 35, 5),
        ("电池", "Batteries", 39, 5), ("标签纸", "Label paper", 59, 3),
    ),
    ("办公家具", "Furniture"): (
        ("人体工学椅", "Ergonomic chair", 1299, 5), ("升降桌", "Standing desk", 2499, 4),
        ("会议桌", "Meeting table", 3999, 2), ("文件柜", "Filing cabinet", 899, 4),
        ("前台", "Reception desk", 4999, 1), ("沙发", "Sofa", 3299, 1),
        ("屏风隔断", "Partition", 699, 3), ("衣帽架", "Coat stand", 199, 2),
        ("书架", "Bookshelf", 599, 3), ("折叠椅", "Folding chair", 129, 4),
    ),
    ("会议与茶水", "Meeting and pantry"): (
        ("投影仪", "Projector", 3999, 6), ("投影幕布", "Projection screen", 599, 3),
        ("视频会议终端", "Video conference set", 7999, 2), ("无线麦克风", "Wireless mic", 899, 3),
        ("白板", "Whiteboard", 399, 4), ("咖啡机", "Coffee machine", 2699, 7),
        ("咖啡豆", "Coffee beans", 129, 5), ("茶叶礼盒", "Tea gift box", 268, 4),
        ("纸杯", "Paper cups", 25, 5), ("微波炉", "Microwave", 599, 2),
    ),
    ("软件与服务", "Software and services"): (
        ("办公软件年费", "Office suite, a year", 599, 5),
        ("杀毒软件年费", "Antivirus, a year", 199, 4),
        ("云存储 1TB", "Cloud storage 1 TB", 899, 4), ("设备维保", "Maintenance contract", 1200, 4),
        ("上门安装", "On-site installation", 300, 5), ("操作培训", "User training", 800, 3),
        ("数据备份服务", "Backup service", 1500, 2), ("网络布线", "Cabling", 2600, 2),
        ("打印外包", "Managed printing", 980, 3), ("IT 巡检", "IT check-up", 500, 3),
    ),
}  # fmt: skip

# In baskets with the left product the right one is there with exactly this probability.
PLANTED_RULES = {
    "激光打印机": ("墨盒", 0.6),
    "笔记本电脑": ("电脑包", 0.5),
    "咖啡机": ("咖啡豆", 0.7),
    "投影仪": ("投影幕布", 0.45),
}
_STAGES = (
    ("新线索", "New lead", 10, "open"), ("已联系", "Contacted", 25, "open"),
    ("方案报价", "Proposal", 50, "open"), ("商务谈判", "Negotiation", 75, "open"),
    ("赢单", "Won", 100, "won"), ("丢单", "Lost", 0, "lost"),
)  # fmt: skip
_CHANNELS = {
    "direct": ("直销", "Direct"),
    "dealer": ("经销商", "Dealer"),
    "ecommerce": ("电商", "E-commerce"),
}
_RATES = {"USD": 7.18, "EUR": 7.75, "GBP": 9.05}
_RATE_YEARS = 3


@dataclass(frozen=True)
class Item:
    pk: int
    sku: str
    name: str
    english: str
    category: str
    category_english: str
    cents: int


@dataclass(frozen=True)
class Catalogue:
    """The products, drawn by popularity, and the rules between them."""

    items: tuple[Item, ...]
    weights: tuple[int, ...]
    rules: dict[int, tuple[int, float]]

    def draw(self, rng: Random) -> int:
        """Position of a product, popular ones more often."""
        return bisect_right(self.weights, self.weights[-1] * rng.random())


@dataclass(frozen=True)
class Pipe:
    """The stages of the default pipeline: the open ones in order, won and lost."""

    pipeline: int
    open: tuple[tuple[int, int], ...]
    won: int
    lost: int


class Rates:
    """Millionths of CNY per unit, by currency and month, as stored."""

    def __init__(self, today: date, rng: Random) -> None:
        first = date(today.year - _RATE_YEARS, today.month, 1)
        self._first = first.year * 12 + first.month
        self._monthly: dict[str, list[int]] = {}
        rows = [ExchangeRate(currency="CNY", from_date=first, rate=Decimal(1))]
        for currency, level in _RATES.items():
            values: list[int] = []
            for step in range(_RATE_YEARS * 12 + 1):
                level *= 1 + rng.gauss(0, 0.006)
                values.append(round(level * 10_000) * 100)
                month = first.month - 1 + step
                day = date(first.year + month // 12, month % 12 + 1, 1)
                rows.append(
                    ExchangeRate(
                        currency=currency, from_date=day, rate=Decimal(values[-1]).scaleb(-6)
                    )
                )
            self._monthly[currency] = values
        ExchangeRate.objects.bulk_create(rows, ignore_conflicts=True)

    def micros(self, currency: str, day: date) -> int:
        """The rate of the day; the first one for days before it."""
        if currency == "CNY":
            return 1_000_000
        values = self._monthly[currency]
        return values[max(day.year * 12 + day.month - self._first, 0)]


def to_base(cents: int, micros: int) -> int:
    """Cents in CNY, halves away from zero as PostgreSQL rounds."""
    amount = (abs(cents) * micros * 2 + 1_000_000) // 2_000_000
    return -amount if cents < 0 else amount


def stock() -> Catalogue:
    """Write the products; their English names stand behind the Chinese ones."""
    products: list[Product] = []
    plain: list[tuple[str, str, str, str, int]] = []
    weights: list[int] = []
    for shelf, ((category, category_english), entries) in enumerate(_PRODUCTS.items(), start=1):
        for place, (name, english, price, weight) in enumerate(entries, start=1):
            product = Product(
                sku=f"YM-{shelf}{place:02d}",
                name=f"{name} {english}",
                category=category,
                price=Decimal(price),
                currency="CNY",
            )
            product.search = vector_literal(product.search_texts())
            products.append(product)
            plain.append((name, english, category, category_english, price * 100))
            weights.append(weight)
    Product.objects.bulk_create(products)
    items = tuple(
        Item(product.pk, product.sku, *entry)
        for product, entry in zip(products, plain, strict=True)
    )
    place_of = {item.name: place for place, item in enumerate(items)}
    rules = {
        place_of[left]: (place_of[right], confidence)
        for left, (right, confidence) in PLANTED_RULES.items()
    }
    return Catalogue(items, tuple(accumulate(weights)), rules)


def lay_pipe() -> Pipe:
    """The default pipeline and its stages; one that is there already is used as it is."""
    pipeline, _ = Pipeline.objects.get_or_create(
        is_default=True, defaults={"name": "标准销售流程", "name_en": "Standard pipeline"}
    )
    if not pipeline.stages.exists():
        Stage.objects.bulk_create(
            Stage(pipeline=pipeline, order=order, name=name, name_en=english,
                  probability=probability, kind=kind)
            for order, (name, english, probability, kind) in enumerate(_STAGES, start=1)
        )  # fmt: skip
    stages = list(pipeline.stages.order_by("order"))
    return Pipe(
        pipeline=pipeline.pk,
        open=tuple((stage.pk, stage.probability) for stage in stages if stage.kind == "open"),
        won=next(stage.pk for stage in stages if stage.kind == "won"),
        lost=next(stage.pk for stage in stages if stage.kind == "lost"),
    )


def open_channels() -> dict[str, int]:
    return {
        code: Channel.objects.get_or_create(code=code, defaults={"name": name, "name_en": english})[
            0
        ].pk
        for code, (name, english) in _CHANNELS.items()
    }


def months_back(today: date, count: int) -> date:
    """The first of the month ``count`` months before the one of ``today``."""
    month = today.year * 12 + today.month - 1 - count
    return date(month // 12, month % 12 + 1, 1)


def quarter_start(day: date) -> date:
    return months_back(day, (day.month - 1) % 3)


def next_quarter(start: date) -> date:
    return quarter_start(start + timedelta(days=100))
