"""Latch: modules here decide, modules in `adapters` touch the world."""
