"""Latch: modules here decide, modules in `adapters` touch the world."""

VERSION = "0.1.0"
