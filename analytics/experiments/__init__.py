"""Experiments of campaigns: their outcomes, judged arm by arm, and their pages."""
