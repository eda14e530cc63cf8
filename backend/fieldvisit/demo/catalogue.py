"""The invented brands and specs, and what was read of them at sample shops."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fieldvisit.demo.names import demo_id
from fieldvisit.features.catalogue.models import CATALOGUE, Brand, ProductSpec
from fieldvisit.features.visits.models import StockReading
from fieldvisit.kernel.clock import today

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

# code, brand, spec, price class, wholesale and guide price in yuan a carton, role, listed so many days ago
SPECS = (
    ("90010101", "青禾", "金尊", 1, 520, 600, None, None),
    ("90010102", "青禾", "硬中支", 1, 392, 450, None, None),
    ("90010201", "云溪", "软大山", 1, 300, 345, None, None),
    ("90010202", "云溪", "软珍", 1, 196, 230, "lead", None),
    ("90020101", "金岭", "硬", 1, 221, 250, "lead", None),
    ("90020102", "金岭", "细支", 1, 205, 235, "guard", None),
    ("90030101", "远帆", "蓝韵", 1, 170, 195, "guard", None),
    ("90030102", "远帆", "新境中支", 1, 180, 210, None, 70),
    ("90030201", "远帆", "阳光", 2, 150, 175, "lead", None),
    ("90040101", "红枫", "软", 2, 138, 160, "lead", None),
    ("90040102", "红枫", "细支", 2, 126, 145, "guard", None),
    ("90050101", "白鹭湖", "硬", 2, 118, 135, "guard", None),
    ("90050102", "白鹭湖", "爆珠", 2, 122, 140, None, 40),
    ("90020201", "金岭", "硬红", 3, 106, 120, "lead", None),
    ("90040201", "红枫", "经典", 3, 95, 108, "lead", None),
    ("90010301", "青禾", "紫", 3, 90, 102, "lead", None),
    ("90060101", "沙河", "精品", 3, 84, 96, "guard", None),
    ("90060102", "沙河", "乐途", 3, 78, 90, "guard", None),
    ("90050201", "白鹭湖", "软", 3, 70, 80, "guard", None),
    ("90060201", "沙河", "硬", 3, 62, 70, "potential", None),
    ("90070101", "田垄", "金", 3, 50, 57, "potential", None),
    ("90070102", "田垄", "硬红", 4, 42, 48, "guard", None),
    ("90070103", "田垄", "软", 4, 30, 35, "guard", None),
    ("90070104", "田垄", "简", 5, 20, 24, "guard", None),
)
READ_AT_ONCE = 12


def lay_out(district: "District") -> None:
    """The catalogue: 24 specs of 7 brands, two of them new."""
    home = district.hang(CATALOGUE.of())
    for brand in dict.fromkeys(spec[1] for spec in SPECS):
        maker = f"{brand}工业(虚构)"
        district.add(Brand, home, id=demo_id(f"brand:{brand}"), name=brand, maker=maker)
    for code, brand, name, price_class, wholesale, guide, role, listed in SPECS:
        district.add(
            ProductSpec,
            home,
            id=demo_id(f"spec:{code}"),
            spec_code=code,
            name=f"{brand}({name})",
            brand_id=demo_id(f"brand:{brand}"),
            price_class=price_class,
            wholesale_price=wholesale * 100,
            guide_price=guide * 100,
            is_new=listed is not None,
            is_key=role == "lead",
            role=role,
            listed_on=today() - timedelta(days=listed) if listed else None,
            barcode=None,
            is_active=True,
        )


def read_stock(district: "District", visit: dict[str, Any], customer: dict[str, Any]) -> None:
    """What stood on the counter and in the back room of a sample shop at its latest visit."""
    rng = district.rng
    for code, _, _, _, _, guide, _, _ in SPECS[:READ_AT_ONCE]:
        district.add(
            StockReading,
            customer["bundle_id"],
            id=demo_id(f"reading:{visit['id']}:{code}"),
            visit_id=visit["id"],
            customer_id=customer["id"],
            spec_id=demo_id(f"spec:{code}"),
            read_on=visit["day"],
            counter_qty=rng.randint(0, 25),
            backroom_qty=rng.choice((0, 0, 10, 20, 30, 50)),
            out_of_stock_days=rng.choice((0, 0, 0, 0, 1, 3)),
            carton_price=guide * 100 if rng.random() < 0.8 else guide * 100 - rng.choice((500, 1000)),
            pack_price=guide * 10 if rng.random() < 0.85 else guide * 10 - 100,
            collected_by_id=visit["visitor_id"],
        )
