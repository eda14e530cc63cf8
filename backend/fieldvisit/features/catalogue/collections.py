"""What is seen of the catalogue: the same for everybody who works with shops."""

from datetime import date

from fieldvisit.features.catalogue.models import Brand, ProductSpec
from fieldvisit.kernel.collections import collection, contains_any
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View

READERS = set(Role) - {Role.SYSTEM_ADMIN}


class BrandView(View):
    """A brand and its maker."""

    id: str
    name: str
    maker: str | None


class ProductSpecView(View):
    """A spec. Prices in fen a carton."""

    id: str
    spec_code: str
    name: str
    brand_id: str
    price_class: int
    wholesale_price: int
    guide_price: int
    is_new: bool
    is_key: bool
    role: str | None
    listed_on: date | None
    barcode: str | None
    is_active: bool


collection("brands", Brand, BrandView, readers=READERS, sorting=("name",))
collection(
    "product_specs",
    ProductSpec,
    ProductSpecView,
    readers=READERS,
    filters=("brand_id", "is_new", "is_key", "is_active"),
    sorting=("spec_code", "name"),
    search=lambda term, _: contains_any([ProductSpec.name, ProductSpec.spec_code], term.strip()),
)
