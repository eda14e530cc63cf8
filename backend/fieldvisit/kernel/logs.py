"""Logs: one JSON line an event, with ids and codes; statements are logged without their parameters."""

import structlog


def configure() -> None:
    """To be called once by whoever starts a server."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
