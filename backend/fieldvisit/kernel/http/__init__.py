"""The only part of the kernel that knows FastAPI: routes made from the registries, Problems, and the app's files."""
