"""One module per format, each with ``read_layout`` and ``read_rows``; see ``reading``."""
