"""The composition root: names every feature once, and is the only place that knows them all."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import structlog
from fastapi import FastAPI

from fieldvisit.features.privacy import routes as privacy_routes
from fieldvisit.kernel import logs
from fieldvisit.kernel.audit import Head, seal
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.http.app import create_app
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.rounds import do_each
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.sync import sweep
from fieldvisit.kernel.uploads import link_arrived
from fieldvisit.settings import Settings

PARTS = (
    "kernel.attachments",
    "kernel.calendar",
    "kernel.notices",
    "kernel.deadlines",
    "kernel.workflow",
    "kernel.looks",
    "kernel.personal",
    "kernel.telling",
    "kernel.devices",
    "kernel.held",
    "kernel.rescue",
    "kernel.decisions",
    "kernel.retention",
    "features.org.subscribers",
    "features.org.collections",
    "features.org.commands",
    "features.org.people",
    "features.org.imports",
    "features.org.absences",
    "features.org.telling",
    "features.org.consents",
    "features.org.personal",
    "features.catalogue.collections",
    "features.catalogue.commands",
    "features.customers.subscribers",
    "features.customers.collections",
    "features.customers.commands",
    "features.customers.imports",
    "features.customers.handovers",
    "features.customers.contacts",
    "features.customers.telling",
    "features.customers.personal",
    "features.privacy.subscribers",
    "features.privacy.collections",
    "features.privacy.commands",
    "features.privacy.personal",
    "features.visits.collections",
    "features.visits.arrivals",
    "features.visits.commands",
    "features.visits.checklists",
    "features.visits.stock",
    "features.visits.anomalies",
    "features.visits.amendments",
    "features.visits.comments",
    "features.visits.subscribers",
    "features.visits.telling",
    "features.visits.personal",
    "features.visits.retention",
)
for part in PARTS:
    import_module(f"fieldvisit.{part}")

PWA = Path(__file__).parents[2] / "frontend-pwa" / "dist"

log = structlog.get_logger()


def make_routes(pwa_dir: Path | None = None) -> FastAPI:
    """The application with the routes that features add to those of the registries."""
    return create_app([privacy_routes.router], pwa_dir)


def make_app(settings: Settings) -> FastAPI:
    """The whole product over a migrated database, with its sweeper running as long as it serves."""
    logs.configure()
    runtime = Runtime.open(settings)
    app = make_routes(settings.pwa_dir or PWA)
    app.state.runtime = runtime
    stop = threading.Event()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        sweeper = threading.Thread(target=_sweep, args=(runtime, stop), daemon=True)
        sweeper.start()
        yield
        stop.set()
        sweeper.join(10)
        runtime.close()

    app.router.lifespan_context = lifespan
    return app


def do_round(runtime: Runtime) -> None:
    """One round of all that is done without anybody asking; raises ExceptionGroup once every part has had its turn."""
    do_each(
        (
            lambda: sweep(runtime),
            lambda: do_duties(runtime.db),
            lambda: react(runtime.db),
            lambda: runtime.looks.write(runtime.db),
            lambda: seal(runtime.db, Head(runtime.settings.data_dir)),
            lambda: link_arrived(runtime),
        )
    )


def _sweep(runtime: Runtime, stop: threading.Event) -> None:
    while True:
        try:
            do_round(runtime)
        except Exception:  # the sweeper outlives whatever it met, and meets it again next time
            log.exception("sweep failed")
        if stop.wait(runtime.settings.sweep_seconds):
            return
