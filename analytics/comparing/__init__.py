"""Runs beside each other: their history, any two compared, one done again."""
