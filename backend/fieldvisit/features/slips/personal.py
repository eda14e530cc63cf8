"""What slips say of a person: those he sent and was sent, and what he did with them."""

from fieldvisit.features.slips.models import Slip, SlipNote
from fieldvisit.kernel.personal import personal

personal("slips", Slip, ("author_id", "addressee_id"), "number", "category", "urgency", "content", "wanted_action", "state", "made_at", "timeliness")  # fmt: skip
personal("slip_notes", SlipNote, "author_id", "slip_id", "word", "text", "made_at")
