"""Backup and restore: one verified archive of database and pictures, and the way back from it."""
