"""Initech's print queue: who waits for which printer, and what its display says."""

from pc_load_letter.application import create_app

__all__ = ["create_app"]
