"""Orders credited to campaigns under a declared rule: bookkeeping, which is not effect."""
