"""Dashboards that people compose of cards: what stands on them, how it is counted, how it looks."""
