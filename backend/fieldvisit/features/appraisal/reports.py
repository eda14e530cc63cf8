"""The evidence of a month before anybody has judged it: what an appraisal is written beside (S10.11, S10.12)."""

from fieldvisit.features.appraisal.evidence import EvidenceFigures, collect
from fieldvisit.features.appraisal.rules import COUNTED_FOR
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.overview.counts import territories
from fieldvisit.features.overview.field import groups_of
from fieldvisit.features.overview.reports import ZoneParams
from fieldvisit.kernel.errors import missing
from fieldvisit.kernel.reports import Reading, report
from fieldvisit.kernel.values import Date, Id


class EvidenceParams(ZoneParams):
    """The month a day lies in, without a day the present one; of one account manager, or of all in the zones."""

    account_manager_id: Id | None = None
    on: Date | None = None


class EvidenceRow(EvidenceFigures):
    """The figures of one account manager in a zone."""

    zone_id: str
    zone_name: str
    person_id: str
    person_name: str | None


@report("maintenance_evidence", row=EvidenceRow, readers=COUNTED_FOR)
def maintenance_evidence(reading: Reading, params: EvidenceParams) -> list[EvidenceRow]:
    """What the records say of the upkeep of each account manager's shops in a month, in the order of routes, never ranked.

    An account manager has his own. Raises Problem 404 `zone_missing` for a zone that is not his, `account_manager_missing`
    for somebody who serves none of them.
    """
    month = metrics.month_period(params.on or reading.on)
    places = territories(reading, params.zone_id)
    wanted = params.account_manager_id
    groups = [
        group
        for group in groups_of(reading, places)
        if group.level == "account_manager" and wanted in (None, group.visitor_id)
    ]
    if wanted is not None and not groups:
        raise missing("account_manager_missing")
    names = {party.person_id: party.name for place in places for party in place.parties}
    zones = {place.zone_id: place.name for place in places}
    return [
        EvidenceRow(
            zone_id=zone_id,
            zone_name=zones[zone_id],
            person_id=person,
            person_name=names.get(person),
            **figures.model_dump(),
        )
        for (zone_id, person), figures in collect(reading, groups, month).items()
    ]
