"""The product in a real Chromium, as each role uses it."""
