"""Keeping the catalogue: brands and specs are opened and changed by the general administrator."""

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.catalogue.models import CATALOGUE, Brand, ProductSpec
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Date, Id, Line, OptionalLine
from fieldvisit.kernel.work import Touching, Work

SpecRole = Literal["lead", "guard", "potential"]
Fen = Annotated[int, Field(ge=1, le=100_000_000)]


class SaveBrand(Args):
    """A brand, new under a new id."""

    id: Id
    name: Annotated[Line, Field(max_length=60)]
    maker: OptionalLine = None


class SaveSpec(Args):
    """A spec, new under a new id. Prices in fen a carton."""

    id: Id
    spec_code: Annotated[str, Field(pattern=r"^[0-9]{8}$")]
    name: Annotated[Line, Field(max_length=60)]
    brand_id: Id
    price_class: Annotated[int, Field(ge=1, le=5)]
    wholesale_price: Fen
    guide_price: Fen
    is_new: bool = False
    is_key: bool = False
    role: SpecRole | None = None
    listed_on: Date | None = None
    barcode: Annotated[str, Field(pattern=r"^[0-9]{8,14}$")] | None = None
    is_active: bool = True


def _home(_touching: Touching, _args: SaveBrand | SaveSpec) -> list[BundleKey]:
    return [CATALOGUE.of()]


@command("catalogue.save_brand", "PUT /brands/{id}", needs={Role.GENERAL_ADMIN}, touches=_home)
def save_brand(work: Work, args: SaveBrand) -> None:
    """Open a brand or change its name and maker."""
    home = work.bundle(CATALOGUE.of())
    taken = select(Brand.id).where(Brand.name == args.name, Brand.id != args.id)
    if work.session.scalar(taken) is not None:
        raise conflict("name_taken")
    row = work.session.get(Brand, args.id)
    if row is None:
        work.session.add(Brand(**args.model_dump(), bundle_id=home.id))
    else:
        row.name, row.maker = args.name, args.maker


@command("catalogue.save_spec", "PUT /product_specs/{id}", needs={Role.GENERAL_ADMIN}, touches=_home)
def save_spec(work: Work, args: SaveSpec) -> None:
    """Open a spec or change it; one that is not sold any more is made inactive, never deleted."""
    home = work.bundle(CATALOGUE.of())
    work.find(Brand, args.brand_id, "brand_missing", "brand_missing")
    taken = select(ProductSpec.id).where(ProductSpec.spec_code == args.spec_code, ProductSpec.id != args.id)
    if work.session.scalar(taken) is not None:
        raise conflict("code_taken")
    row = work.session.get(ProductSpec, args.id)
    if row is None:
        work.session.add(ProductSpec(**args.model_dump(), bundle_id=home.id))
        return
    for field, value in args.model_dump(exclude={"id"}).items():
        setattr(row, field, value)
