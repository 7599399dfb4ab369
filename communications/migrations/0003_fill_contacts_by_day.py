from django.db import migrations

from communications.triggers import CONTACT_DAYS


class Migration(migrations.Migration):
    """By itself: the constraint that the sums stand on is made at the end of the one before."""

    dependencies = [("communications", "0002_contacts_by_day")]

    operations = [migrations.RunSQL(CONTACT_DAYS.refill, migrations.RunSQL.noop)]
