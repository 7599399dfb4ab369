"""The data warehouse: a star of facts and dimensions for other programs to read.

``star`` describes the tables, ``schema`` keeps them as views for SQL clients, ``export`` writes
them as Parquet files. Nobody's name, address or text is in it: customers are numbers with a
place, a kind and a segment.
"""
