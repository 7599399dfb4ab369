"""Pages of sales beyond the common ones of crm.records."""
