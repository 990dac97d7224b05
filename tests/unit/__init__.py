"""Decisions, as tables: no lab, no network."""
