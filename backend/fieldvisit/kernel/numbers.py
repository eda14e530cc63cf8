"""Document numbers: one after another within a year, without a gap, however many documents arrive at once."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.db import Base


class DocCounter(Base):
    """The last number given of a kind of document in a year."""

    __tablename__ = "doc_counter"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


def doc_no(session: Session, prefix: str, year: int) -> str:
    """The next number of a kind of document, such as YJ-2026-000123.

    Its counter stays locked until the transaction ends, so that a number is given only with its document: one
    that is rolled back leaves no gap. Ask for it last, for whoever needs the next one waits.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    given = session.scalar(
        insert(DocCounter)
        .values(prefix=prefix, year=year, last=1)
        .on_conflict_do_update(index_elements=["prefix", "year"], set_={"last": DocCounter.last + 1})
        .returning(DocCounter.last)
    )
    return f"{prefix}-{year}-{given:06d}"
