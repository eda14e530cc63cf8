"""The composition root: names every feature once, and is the only place that knows them all."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from fastapi import FastAPI

from fieldvisit.features.cases import routes as case_routes
from fieldvisit.features.plans import routes as plan_routes
from fieldvisit.features.privacy import routes as privacy_routes
from fieldvisit.kernel import logs
from fieldvisit.kernel.http.app import create_app
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.places import PWA
from fieldvisit.settings import Settings
from fieldvisit.worker import Worker

PARTS = (
    "kernel.attachments",
    "kernel.calendar",
    "kernel.notices",
    "kernel.outside.collections",
    "kernel.outside.commands",
    "kernel.deadlines",
    "kernel.deadline_policies",
    "kernel.workflow",
    "kernel.looks",
    "kernel.personal",
    "kernel.losses",
    "kernel.telling",
    "kernel.devices",
    "kernel.held",
    "kernel.rescue",
    "kernel.decisions",
    "kernel.retention",
    "features.org.subscribers",
    "features.org.collections",
    "features.org.commands",
    "features.org.places",
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
    "features.customers.places",
    "features.customers.telling",
    "features.customers.personal",
    "features.service.collections",
    "features.service.commands",
    "features.service.plans",
    "features.service.subscribers",
    "features.service.personal",
    "features.facts.collections",
    "features.facts.imports",
    "features.facts.subscribers",
    "features.privacy.subscribers",
    "features.privacy.collections",
    "features.privacy.commands",
    "features.privacy.personal",
    "features.tasks.subscribers",
    "features.tasks.collections",
    "features.tasks.commands",
    "features.tasks.personal",
    "features.policies.subscribers",
    "features.policies.collections",
    "features.policies.commands",
    "features.policies.personal",
    "features.helpdesk.subscribers",
    "features.helpdesk.collections",
    "features.helpdesk.commands",
    "features.helpdesk.personal",
    "features.visits.collections",
    "features.visits.arrivals",
    "features.visits.lists",
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
    "features.slips.subscribers",
    "features.slips.collections",
    "features.slips.commands",
    "features.slips.personal",
    "features.plans.collections",
    "features.plans.commands",
    "features.plans.subscribers",
    "features.plans.reminders",
    "features.plans.personal",
    "features.cases.collections",
    "features.cases.commands",
    "features.cases.complaints",
    "features.cases.helping",
    "features.cases.results",
    "features.cases.rectification",
    "features.cases.pooling",
    "features.cases.subscribers",
    "features.cases.rectification_notices",
    "features.cases.pooling_notices",
    "features.cases.personal",
    "features.service_issues.collections",
    "features.service_issues.commands",
    "features.service_issues.fixing",
    "features.service_issues.subscribers",
    "features.service_issues.personal",
    "features.worklogs.collections",
    "features.worklogs.commands",
    "features.worklogs.subscribers",
    "features.worklogs.reminders",
    "features.worklogs.personal",
    "features.meetings.collections",
    "features.meetings.commands",
    "features.meetings.sessions",
    "features.meetings.subscribers",
    "features.meetings.personal",
    "features.maintenance.collections",
    "features.maintenance.commands",
    "features.maintenance.subscribers",
    "features.maintenance.personal",
    "features.overview.reports",
    "features.overview.sales",
    "features.overview.field",
    "features.overview.logs",
    "features.overview.complaints",
    "features.overview.case_archive",
    "features.appraisal.collections",
    "features.appraisal.commands",
    "features.appraisal.reports",
    "features.appraisal.subscribers",
    "features.appraisal.reminders",
    "features.appraisal.personal",
)
for part in PARTS:
    import_module(f"fieldvisit.{part}")


def make_routes(pwa_dir: Path | None = None) -> FastAPI:
    """The application with the routes that features add to those of the registries."""
    return create_app([privacy_routes.router, plan_routes.router, case_routes.router], pwa_dir)


def make_app(settings: Settings) -> FastAPI:
    """The whole product over a migrated database, with its sweeper running as long as it serves."""
    logs.configure()
    runtime = Runtime.open(settings)
    app = make_routes(settings.pwa_dir or PWA)
    app.state.runtime = runtime
    stop = threading.Event()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        worker = Worker(runtime, sweeps=settings.sweep)
        sweeper = threading.Thread(target=worker.run, args=(stop,), daemon=True)
        sweeper.start()
        async with runtime.live.running():
            yield
        stop.set()
        sweeper.join(10)
        runtime.close()

    app.router.lifespan_context = lifespan
    return app
