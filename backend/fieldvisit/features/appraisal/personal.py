"""What appraisals say of a person: those of his own upkeep that were reported; a draft is not told anybody yet."""

from fieldvisit.features.appraisal.models import MaintenanceAppraisal
from fieldvisit.kernel.personal import personal

personal("maintenance_appraisals", MaintenanceAppraisal, "account_manager_id", "first_on", "record_check", "satisfaction", "target_completion", "quality_score", "comment", "evidence", "reported_at", where=MaintenanceAppraisal.state == "reported")  # fmt: skip
