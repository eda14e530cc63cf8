"""What one has asked about the app, and written on it."""

from fieldvisit.features.helpdesk.models import HelpMessage, HelpRequest
from fieldvisit.kernel.personal import personal

personal("help_requests", HelpRequest, "author_id", "number", "kind", "page", "app", "state", "made_at", "closed_at")  # fmt: skip
personal("help_messages", HelpMessage, "author_id", "request_id", "text", "made_at")
