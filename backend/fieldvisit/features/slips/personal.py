"""What slips say of a person: those he sent and was sent, and what he did with them."""

from fieldvisit.features.slips.models import InfoSlip, InfoSlipNote
from fieldvisit.kernel.personal import personal

personal("info_slips", InfoSlip, ("author_id", "addressee_id"), "number", "category", "urgency", "content", "wanted_action", "state", "made_at", "timeliness")  # fmt: skip
personal("info_slip_notes", InfoSlipNote, "author_id", "info_slip_id", "word", "text", "made_at")
