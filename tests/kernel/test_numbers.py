"""Document numbers have no gap and no double, however many documents arrive at once and whatever is rolled back."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fieldvisit.kernel.db import Database
from fieldvisit.kernel.numbers import doc_no

THREADS, EACH = 8, 12


class Refused(Exception):
    pass


def test_numbers_given_at_once_have_no_gap_and_no_double(database_url: str, record_property: Any) -> None:
    database = Database(database_url)

    def arrive(thread: int) -> list[str]:
        given = []
        for number in range(EACH):
            try:
                with database.write() as session:
                    got = doc_no(session, "XX", 2026)
                    if (thread + number) % 3 == 0:
                        raise Refused
            except Refused:
                continue
            given.append(got)
        return given

    with ThreadPoolExecutor(THREADS) as pool:
        given = [number for numbers in pool.map(arrive, range(THREADS)) for number in numbers]
    database.close()
    record_property("numbers", len(given))
    assert len(given) >= THREADS * EACH // 2
    assert sorted(given) == [f"XX-2026-{number:06d}" for number in range(1, len(given) + 1)]


def test_each_kind_of_document_and_each_year_counts_from_one(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        given = [
            doc_no(session, *named) for named in (("XX", 2030), ("XX", 2030), ("XY", 2030), ("XX", 2031))
        ]
    database.close()
    assert given == ["XX-2030-000001", "XX-2030-000002", "XY-2030-000001", "XX-2031-000001"]
