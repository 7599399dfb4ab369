"""What the product costs: pages, memory, imports, analyses, the start (docs/benchmarks.md)."""
