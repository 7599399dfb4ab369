"""Asking for a person to be erased or told what is held on them; the one who does it; the proof."""
