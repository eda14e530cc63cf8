"""`python -m fieldvisit` is the command `fieldvisit`."""

from fieldvisit.cli import app

app()
