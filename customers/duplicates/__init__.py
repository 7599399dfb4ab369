"""Customers that are probably one: pairs, their merge, and the way back."""
