"""Experiments on campaigns: a random draw of arms, with customers held out as control."""
