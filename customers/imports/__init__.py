"""Bringing files in: read, judge, load, and account for every row.

``reading`` opens a CSV of any common shape or refuses it with one sentence, ``registry`` names
what can be imported, ``ledger`` counts what became of each row, ``services`` does the work.
Higher apps add their kinds with ``registry.importer``.
"""
