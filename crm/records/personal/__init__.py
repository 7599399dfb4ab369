"""What the CRM holds on a person: where it stands, how it is told, how it is erased."""
