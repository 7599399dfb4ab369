"""Reports of sales: one question (``query``), one table (``tables``), shown on a page, in files and
by mail."""
