"""Tables of one's own: an extract of an ERP or a warehouse, looked at, cleaned and analysed with
the same methods as the CRM's records."""
