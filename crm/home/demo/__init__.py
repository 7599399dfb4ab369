"""A believable company to try the product with, and to check that the methods find what is there.

``company.build`` writes it; each other module answers for one domain. Everything is drawn from
the seed and dated back from a day, so the same numbers give the same company.
"""
