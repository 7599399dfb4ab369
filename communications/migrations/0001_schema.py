import crm.common.ngrams
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from crm.common.migrating import Together


class Migration(migrations.Migration):

    replaces = [
        ('communications', '0001_initial'),
        ('communications', '0002_initial'),
        ('communications', '0003_communications_by_day'),
        ('communications', '0004_custom_values'),
        ('communications', '0005_lock_parents_before_counting'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_schema'),
        ('customers', '0001_schema'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Communication',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                        ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                        ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                        ('trashed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('search', crm.common.ngrams.NgramField(editable=False, null=True)),
                        ('custom', models.JSONField(blank=True, default=dict, editable=False, verbose_name='more fields')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='customers.customer', verbose_name='customer')),
                        ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.contact', verbose_name='contact')),
                        ('about_kind', models.CharField(blank=True, choices=[('deal', 'Deal'), ('request', 'Service request'), ('campaign', 'Campaign')], editable=False, max_length=10, verbose_name='about')),
                        ('about_id', models.BigIntegerField(blank=True, editable=False, null=True, verbose_name='number of what it is about')),
                        ('channel', models.CharField(choices=[('phone', 'Phone call'), ('email', 'E-mail'), ('chat', 'Chat'), ('sms', 'SMS'), ('wechat', 'WeChat'), ('visit', 'Visit'), ('meeting', 'Meeting'), ('note', 'Note')], default='phone', max_length=8, verbose_name='channel')),
                        ('direction', models.CharField(choices=[('out', 'Outgoing'), ('in', 'Incoming')], default='out', max_length=3, verbose_name='direction')),
                        ('happened_at', models.DateTimeField(verbose_name='when')),
                        ('duration_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='duration (seconds)')),
                        ('outcome', models.CharField(blank=True, choices=[('', 'Not said'), ('interested', 'Interested'), ('neutral', 'Neutral'), ('declined', 'Declined'), ('no_answer', 'No answer')], default='', max_length=10, verbose_name='outcome')),
                        ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                        ('content', models.TextField(blank=True, verbose_name='content')),
                        ('need', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='communications', to='customers.need', verbose_name='need')),
                    ],
                    options={
                        'verbose_name': 'communication',
                        'verbose_name_plural': 'communications',
                        'indexes': [models.Index(models.F('team'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='communication_team_updated'), models.Index(models.F('owner'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='communication_owner_updated'), models.Index(models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='communication_updated'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='communication_search'), models.Index(models.F('customer'), models.OrderBy(models.F('happened_at'), descending=True), name='communication_customer'), models.Index(models.F('team'), models.OrderBy(models.F('happened_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='communication_team_when'), models.Index(models.F('owner'), models.OrderBy(models.F('happened_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='communication_owner_when'), models.Index(models.OrderBy(models.F('happened_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='communication_when'), models.Index(models.F('about_kind'), models.F('about_id'), condition=models.Q(('about_id__isnull', False)), name='communication_about')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['phone', 'email', 'chat', 'sms', 'wechat', 'visit', 'meeting', 'note'])), name='communication_channel'), models.CheckConstraint(condition=models.Q(('direction__in', ['in', 'out'])), name='communication_direction')],
                    },
                ),
                migrations.CreateModel(
                    name='CommunicationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='communications.communication')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('id', models.BigIntegerField()),
                        ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='team')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                        ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                        ('trashed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('custom', models.JSONField(blank=True, default=dict, editable=False, verbose_name='more fields')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='customer')),
                        ('contact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.contact', verbose_name='contact')),
                        ('about_kind', models.CharField(blank=True, choices=[('deal', 'Deal'), ('request', 'Service request'), ('campaign', 'Campaign')], editable=False, max_length=10, verbose_name='about')),
                        ('about_id', models.BigIntegerField(blank=True, editable=False, null=True, verbose_name='number of what it is about')),
                        ('channel', models.CharField(choices=[('phone', 'Phone call'), ('email', 'E-mail'), ('chat', 'Chat'), ('sms', 'SMS'), ('wechat', 'WeChat'), ('visit', 'Visit'), ('meeting', 'Meeting'), ('note', 'Note')], default='phone', max_length=8, verbose_name='channel')),
                        ('direction', models.CharField(choices=[('out', 'Outgoing'), ('in', 'Incoming')], default='out', max_length=3, verbose_name='direction')),
                        ('happened_at', models.DateTimeField(verbose_name='when')),
                        ('duration_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='duration (seconds)')),
                        ('outcome', models.CharField(blank=True, choices=[('', 'Not said'), ('interested', 'Interested'), ('neutral', 'Neutral'), ('declined', 'Declined'), ('no_answer', 'No answer')], default='', max_length=10, verbose_name='outcome')),
                        ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                        ('content', models.TextField(blank=True, verbose_name='content')),
                        ('need', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.need', verbose_name='need')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='FollowUp',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('team', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('created_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                        ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                        ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                        ('trashed_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('search', crm.common.ngrams.NgramField(editable=False, null=True)),
                        ('custom', models.JSONField(blank=True, default=dict, editable=False, verbose_name='more fields')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='customers.customer', verbose_name='customer')),
                        ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.contact', verbose_name='contact')),
                        ('about_kind', models.CharField(blank=True, choices=[('deal', 'Deal'), ('request', 'Service request'), ('campaign', 'Campaign')], editable=False, max_length=10, verbose_name='about')),
                        ('about_id', models.BigIntegerField(blank=True, editable=False, null=True, verbose_name='number of what it is about')),
                        ('kind', models.CharField(choices=[('call', 'Call'), ('email', 'Write'), ('visit', 'Visit'), ('task', 'Task')], default='call', max_length=6, verbose_name='kind')),
                        ('title', models.CharField(max_length=200, verbose_name='what to do')),
                        ('note', models.TextField(blank=True, verbose_name='note')),
                        ('due_at', models.DateTimeField(verbose_name='due')),
                        ('priority', models.PositiveSmallIntegerField(choices=[(1, 'High'), (2, 'Normal'), (3, 'Low')], default=2, verbose_name='priority')),
                        ('done_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='done')),
                        ('done_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                    ],
                    options={
                        'verbose_name': 'follow-up',
                        'verbose_name_plural': 'follow-ups',
                        'indexes': [models.Index(models.F('team'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='followup_team_updated'), models.Index(models.F('owner'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='followup_owner_updated'), models.Index(models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='followup_updated'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='followup_search'), models.Index(models.F('owner'), models.F('due_at'), models.F('id'), condition=models.Q(('done_at__isnull', True), ('trashed_at__isnull', True)), name='followup_owner_due'), models.Index(models.F('team'), models.F('due_at'), models.F('id'), condition=models.Q(('done_at__isnull', True), ('trashed_at__isnull', True)), name='followup_team_due'), models.Index(models.F('customer'), models.F('due_at'), name='followup_customer_due'), models.Index(models.F('about_kind'), models.F('about_id'), models.F('due_at'), condition=models.Q(('done_at__isnull', True), ('trashed_at__isnull', True)), name='followup_about')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='followup_title'), models.CheckConstraint(condition=models.Q(('priority__in', [1, 2, 3])), name='followup_priority'), models.CheckConstraint(condition=models.Q(('kind__in', ['call', 'email', 'visit', 'task'])), name='followup_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='FollowUpEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='communications.followup')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('id', models.BigIntegerField()),
                        ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='team')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                        ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                        ('trashed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('custom', models.JSONField(blank=True, default=dict, editable=False, verbose_name='more fields')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='customer')),
                        ('contact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.contact', verbose_name='contact')),
                        ('about_kind', models.CharField(blank=True, choices=[('deal', 'Deal'), ('request', 'Service request'), ('campaign', 'Campaign')], editable=False, max_length=10, verbose_name='about')),
                        ('about_id', models.BigIntegerField(blank=True, editable=False, null=True, verbose_name='number of what it is about')),
                        ('kind', models.CharField(choices=[('call', 'Call'), ('email', 'Write'), ('visit', 'Visit'), ('task', 'Task')], default='call', max_length=6, verbose_name='kind')),
                        ('title', models.CharField(max_length=200, verbose_name='what to do')),
                        ('note', models.TextField(blank=True, verbose_name='note')),
                        ('due_at', models.DateTimeField(verbose_name='due')),
                        ('priority', models.PositiveSmallIntegerField(choices=[(1, 'High'), (2, 'Normal'), (3, 'Low')], default=2, verbose_name='priority')),
                        ('done_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='done')),
                        ('done_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Mailbox',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                        ('address', models.EmailField(max_length=254, verbose_name='address')),
                        ('host', models.CharField(max_length=120, verbose_name='host')),
                        ('port', models.PositiveIntegerField(default=993, verbose_name='port')),
                        ('username', models.CharField(max_length=120, verbose_name='username')),
                        ('active', models.BooleanField(default=False, verbose_name='active')),
                        ('last_sync_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last sync')),
                        ('last_error', models.TextField(blank=True, editable=False, verbose_name='last error')),
                    ],
                    options={
                        'verbose_name': 'mailbox',
                        'verbose_name_plural': 'mailboxes',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='RawMessage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('mailbox', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='communications.mailbox', verbose_name='mailbox')),
                        ('message_id', models.CharField(max_length=250, verbose_name='number of the message')),
                        ('received_at', models.DateTimeField(verbose_name='received')),
                        ('raw', models.BinaryField()),
                        ('state', models.CharField(choices=[('new', 'New'), ('matched', 'Matched'), ('unmatched', 'Unmatched'), ('quarantined', 'Quarantined')], default='new', max_length=12, verbose_name='state')),
                        ('error', models.TextField(blank=True, verbose_name='error')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('communication', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='communications.communication', verbose_name='communication')),
                    ],
                    options={
                        'verbose_name': 'raw message',
                        'verbose_name_plural': 'raw messages',
                        'ordering': ['-received_at'],
                        'constraints': [models.UniqueConstraint(fields=('mailbox', 'message_id'), name='raw_message_once'), models.CheckConstraint(condition=models.Q(('state__in', ['new', 'matched', 'unmatched', 'quarantined'])), name='raw_message_state')],
                    },
                ),
                migrations.CreateModel(
                    name='EmailTemplate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('language', models.CharField(default='zh-hans', max_length=10, verbose_name='language')),
                        ('subject', models.CharField(max_length=200, verbose_name='subject')),
                        ('body', models.TextField(verbose_name='text')),
                    ],
                    options={
                        'verbose_name': 'e-mail template',
                        'verbose_name_plural': 'e-mail templates',
                        'ordering': ['name', 'language'],
                        'constraints': [models.UniqueConstraint(fields=('name', 'language'), name='email_template_once')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='communication',
                    trigger=pgtrigger.compiler.Trigger(name='communication_last_contact_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT DISTINCT customer_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET last_contact_at = (\n            SELECT max(m.happened_at) FROM communications_communication AS m\n            WHERE m.customer_id = c.id AND m.trashed_at IS NULL AND m.channel <> 'note')\n        WHERE c.id IN (SELECT DISTINCT customer_id FROM new_rows);\n     RETURN NULL;", hash='40de03ab3ea88ca0a9d975e05cd84961a3310358', level='STATEMENT', operation='INSERT', pgid='pgtrigger_communication_last_contact_insert_ac5e3', referencing='REFERENCING NEW TABLE AS new_rows ', table='communications_communication', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='communication',
                    trigger=pgtrigger.compiler.Trigger(name='communication_last_contact_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT unnest(ARRAY[n.customer_id, o.customer_id]) FROM new_rows AS n JOIN old_rows AS o USING (id) WHERE (n.customer_id, n.happened_at, n.trashed_at, n.channel) IS DISTINCT FROM (o.customer_id, o.happened_at, o.trashed_at, o.channel)) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET last_contact_at = (\n            SELECT max(m.happened_at) FROM communications_communication AS m\n            WHERE m.customer_id = c.id AND m.trashed_at IS NULL AND m.channel <> 'note')\n        WHERE c.id IN (SELECT unnest(ARRAY[n.customer_id, o.customer_id]) FROM new_rows AS n JOIN old_rows AS o USING (id) WHERE (n.customer_id, n.happened_at, n.trashed_at, n.channel) IS DISTINCT FROM (o.customer_id, o.happened_at, o.trashed_at, o.channel));\n     RETURN NULL;", hash='fb0d1796776e5f085b3c3d7164b196575c2358d6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_communication_last_contact_update_78ed0', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='communications_communication', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='communication',
                    trigger=pgtrigger.compiler.Trigger(name='communication_last_contact_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT DISTINCT customer_id FROM old_rows) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET last_contact_at = (\n            SELECT max(m.happened_at) FROM communications_communication AS m\n            WHERE m.customer_id = c.id AND m.trashed_at IS NULL AND m.channel <> 'note')\n        WHERE c.id IN (SELECT DISTINCT customer_id FROM old_rows);\n     RETURN NULL;", hash='5d360645eb6b3828298a3f3ca60a10f5a8794f35', level='STATEMENT', operation='DELETE', pgid='pgtrigger_communication_last_contact_delete_b9ec2', referencing='REFERENCING OLD TABLE AS old_rows ', table='communications_communication', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='communication',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."about_id" IS DISTINCT FROM (NEW."about_id") OR OLD."about_kind" IS DISTINCT FROM (NEW."about_kind") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."custom" IS DISTINCT FROM (NEW."custom") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."direction" IS DISTINCT FROM (NEW."direction") OR OLD."duration_seconds" IS DISTINCT FROM (NEW."duration_seconds") OR OLD."happened_at" IS DISTINCT FROM (NEW."happened_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."need_id" IS DISTINCT FROM (NEW."need_id") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."trashed_at" IS DISTINCT FROM (NEW."trashed_at") OR OLD."trashed_by_id" IS DISTINCT FROM (NEW."trashed_by_id"))', func='INSERT INTO "communications_communicationevent" ("about_id", "about_kind", "channel", "contact_id", "content", "created_at", "created_by_id", "custom", "customer_id", "direction", "duration_seconds", "happened_at", "id", "need_id", "outcome", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject", "team_id", "trashed_at", "trashed_by_id") VALUES (OLD."about_id", OLD."about_kind", OLD."channel", OLD."contact_id", OLD."content", OLD."created_at", OLD."created_by_id", OLD."custom", OLD."customer_id", OLD."direction", OLD."duration_seconds", OLD."happened_at", OLD."id", OLD."need_id", OLD."outcome", OLD."owner_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."subject", OLD."team_id", OLD."trashed_at", OLD."trashed_by_id"); RETURN NULL;', hash='64571f3872355842b28338dce6212e8b1e2914db', operation='UPDATE', pgid='pgtrigger_update_update_c9ed2', table='communications_communication', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='communication',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "communications_communicationevent" ("about_id", "about_kind", "channel", "contact_id", "content", "created_at", "created_by_id", "custom", "customer_id", "direction", "duration_seconds", "happened_at", "id", "need_id", "outcome", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject", "team_id", "trashed_at", "trashed_by_id") VALUES (OLD."about_id", OLD."about_kind", OLD."channel", OLD."contact_id", OLD."content", OLD."created_at", OLD."created_by_id", OLD."custom", OLD."customer_id", OLD."direction", OLD."duration_seconds", OLD."happened_at", OLD."id", OLD."need_id", OLD."outcome", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."subject", OLD."team_id", OLD."trashed_at", OLD."trashed_by_id"); RETURN NULL;', hash='dfb9d1ae17880f061354de92f7c2990514a971fb', operation='DELETE', pgid='pgtrigger_delete_delete_ec5f9', table='communications_communication', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='followup',
                    trigger=pgtrigger.compiler.Trigger(name='follow_up_next_step_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT DISTINCT customer_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET next_step_at = (\n            SELECT min(f.due_at) FROM communications_followup AS f\n            WHERE f.customer_id = c.id AND f.trashed_at IS NULL AND f.done_at IS NULL)\n        WHERE c.id IN (SELECT DISTINCT customer_id FROM new_rows);\n     RETURN NULL;', hash='06f8a9eff53bead167ce11cef7ac19fcf95ec91f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_follow_up_next_step_insert_0df40', referencing='REFERENCING NEW TABLE AS new_rows ', table='communications_followup', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='followup',
                    trigger=pgtrigger.compiler.Trigger(name='follow_up_next_step_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT unnest(ARRAY[n.customer_id, o.customer_id]) FROM new_rows AS n JOIN old_rows AS o USING (id) WHERE (n.customer_id, n.due_at, n.trashed_at, n.done_at) IS DISTINCT FROM (o.customer_id, o.due_at, o.trashed_at, o.done_at)) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET next_step_at = (\n            SELECT min(f.due_at) FROM communications_followup AS f\n            WHERE f.customer_id = c.id AND f.trashed_at IS NULL AND f.done_at IS NULL)\n        WHERE c.id IN (SELECT unnest(ARRAY[n.customer_id, o.customer_id]) FROM new_rows AS n JOIN old_rows AS o USING (id) WHERE (n.customer_id, n.due_at, n.trashed_at, n.done_at) IS DISTINCT FROM (o.customer_id, o.due_at, o.trashed_at, o.done_at));\n     RETURN NULL;', hash='dd9f6128466d81f5ad3c654863a66e9d1df5cf83', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_follow_up_next_step_update_234a0', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='communications_followup', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='followup',
                    trigger=pgtrigger.compiler.Trigger(name='follow_up_next_step_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT DISTINCT customer_id FROM old_rows) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET next_step_at = (\n            SELECT min(f.due_at) FROM communications_followup AS f\n            WHERE f.customer_id = c.id AND f.trashed_at IS NULL AND f.done_at IS NULL)\n        WHERE c.id IN (SELECT DISTINCT customer_id FROM old_rows);\n     RETURN NULL;', hash='a3c4c6216813eac80ddeb2ed4a8e71061663780c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_follow_up_next_step_delete_5688d', referencing='REFERENCING OLD TABLE AS old_rows ', table='communications_followup', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='followup',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."about_id" IS DISTINCT FROM (NEW."about_id") OR OLD."about_kind" IS DISTINCT FROM (NEW."about_kind") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."custom" IS DISTINCT FROM (NEW."custom") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."done_at" IS DISTINCT FROM (NEW."done_at") OR OLD."done_by_id" IS DISTINCT FROM (NEW."done_by_id") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."trashed_at" IS DISTINCT FROM (NEW."trashed_at") OR OLD."trashed_by_id" IS DISTINCT FROM (NEW."trashed_by_id"))', func='INSERT INTO "communications_followupevent" ("about_id", "about_kind", "contact_id", "created_at", "created_by_id", "custom", "customer_id", "done_at", "done_by_id", "due_at", "id", "kind", "note", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "team_id", "title", "trashed_at", "trashed_by_id") VALUES (OLD."about_id", OLD."about_kind", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."custom", OLD."customer_id", OLD."done_at", OLD."done_by_id", OLD."due_at", OLD."id", OLD."kind", OLD."note", OLD."owner_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."priority", OLD."team_id", OLD."title", OLD."trashed_at", OLD."trashed_by_id"); RETURN NULL;', hash='caa4122f993969eff93785b8c9bc907f272f0ecb', operation='UPDATE', pgid='pgtrigger_update_update_d26db', table='communications_followup', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='followup',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "communications_followupevent" ("about_id", "about_kind", "contact_id", "created_at", "created_by_id", "custom", "customer_id", "done_at", "done_by_id", "due_at", "id", "kind", "note", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "team_id", "title", "trashed_at", "trashed_by_id") VALUES (OLD."about_id", OLD."about_kind", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."custom", OLD."customer_id", OLD."done_at", OLD."done_by_id", OLD."due_at", OLD."id", OLD."kind", OLD."note", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."priority", OLD."team_id", OLD."title", OLD."trashed_at", OLD."trashed_by_id"); RETURN NULL;', hash='29384d8ae3876ea16efdc9cb4f8c905adbc0804c', operation='DELETE', pgid='pgtrigger_delete_delete_b5b4c', table='communications_followup', when='AFTER')),
                ),
            ],
        ),
    ]
