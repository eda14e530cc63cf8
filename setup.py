"""What a wheel carries beside the Python code: the migrations and the built app, each taken from where it lies."""

from pathlib import Path

from setuptools import find_packages, setup

APP = Path("frontend-pwa/dist")

if not (APP / "index.html").is_file():
    raise SystemExit("The app is not built yet: `make wheel` builds it first.")

setup(
    packages=[
        *find_packages("backend"),
        "fieldvisit.migrations",
        "fieldvisit.migrations.versions",
        "fieldvisit.pwa",
    ],
    package_dir={"": "backend", "fieldvisit.migrations": "migrations", "fieldvisit.pwa": str(APP)},
    package_data={"fieldvisit.migrations": ["*.mako"], "fieldvisit.pwa": ["*", "**/*"]},
)
