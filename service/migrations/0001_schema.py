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
        ('service', '0001_initial'),
        ('service', '0002_custom_values'),
        ('service', '0003_lock_parents_before_counting'),
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
                    name='Category',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('name_en', models.CharField(blank=True, max_length=80, verbose_name='English name')),
                        ('code', models.SlugField(max_length=80, unique=True, verbose_name='code')),
                        ('active', models.BooleanField(default=True, verbose_name='active')),
                    ],
                    options={
                        'verbose_name': 'category',
                        'verbose_name_plural': 'categories',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='SLA',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('priority', models.PositiveSmallIntegerField(choices=[(1, 'P1 urgent'), (2, 'P2 high'), (3, 'P3 normal'), (4, 'P4 low')], unique=True, verbose_name='priority')),
                        ('first_response_minutes', models.PositiveIntegerField(verbose_name='first response (minutes)')),
                        ('resolution_minutes', models.PositiveIntegerField(verbose_name='resolution (minutes)')),
                    ],
                    options={
                        'verbose_name': 'SLA',
                        'verbose_name_plural': 'SLAs',
                        'ordering': ['priority'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('priority__in', [1, 2, 3, 4])), name='sla_priority'), models.CheckConstraint(condition=models.Q(('resolution_minutes__gte', models.F('first_response_minutes'))), name='sla_order')],
                    },
                ),
                migrations.CreateModel(
                    name='Shift',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                        ('starts_at', models.TimeField(verbose_name='from')),
                        ('ends_at', models.TimeField(verbose_name='until')),
                    ],
                    options={
                        'verbose_name': 'shift',
                        'verbose_name_plural': 'shifts',
                        'ordering': ['weekday', 'starts_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='shift_order'), models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='shift_weekday')],
                    },
                ),
                migrations.CreateModel(
                    name='Holiday',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(unique=True, verbose_name='day')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                    ],
                    options={
                        'verbose_name': 'holiday',
                        'verbose_name_plural': 'holidays',
                        'ordering': ['day'],
                    },
                ),
                migrations.CreateModel(
                    name='ServiceRequest',
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
                        ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='customers.customer', verbose_name='customer')),
                        ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.contact', verbose_name='contact')),
                        ('requester', models.CharField(blank=True, max_length=120, verbose_name='requester')),
                        ('requester_email', models.EmailField(blank=True, max_length=254, verbose_name="requester's e-mail")),
                        ('subject', models.CharField(max_length=200, verbose_name='subject')),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('kind', models.CharField(choices=[('question', 'Question'), ('feedback', 'Feedback'), ('complaint', 'Complaint'), ('repair', 'Repair'), ('training', 'Training'), ('other', 'Other')], default='question', max_length=9, verbose_name='kind')),
                        ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='service.category', verbose_name='category')),
                        ('priority', models.PositiveSmallIntegerField(choices=[(1, 'P1 urgent'), (2, 'P2 high'), (3, 'P3 normal'), (4, 'P4 low')], default=3, verbose_name='priority')),
                        ('channel', models.CharField(choices=[('phone', 'Phone call'), ('email', 'E-mail'), ('chat', 'Chat'), ('wechat', 'WeChat'), ('web', 'Web form'), ('import', 'Import')], default='phone', max_length=7, verbose_name='channel')),
                        ('status', models.CharField(choices=[('new', 'New'), ('in_progress', 'In progress'), ('waiting', 'Waiting for customer'), ('resolved', 'Resolved'), ('closed', 'Closed')], default='new', max_length=11, verbose_name='status')),
                        ('opened_at', models.DateTimeField(verbose_name='opened')),
                        ('first_response_due_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first response due')),
                        ('first_responded_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first response')),
                        ('resolution_due_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='resolution due')),
                        ('waiting_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='waiting since')),
                        ('resolved_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='resolved')),
                        ('resolved_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='resolved by')),
                        ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='closed')),
                        ('reopened_count', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='reopened')),
                        ('external_id', models.CharField(blank=True, editable=False, max_length=80, verbose_name='external id')),
                    ],
                    options={
                        'verbose_name': 'service request',
                        'verbose_name_plural': 'service requests',
                        'indexes': [models.Index(models.F('team'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='request_team_updated'), models.Index(models.F('owner'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='request_owner_updated'), models.Index(models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='request_updated'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='request_search'), models.Index(models.F('owner'), models.F('status'), models.F('resolution_due_at'), condition=models.Q(('trashed_at__isnull', True)), name='request_owner_due'), models.Index(models.F('resolution_due_at'), models.F('id'), condition=models.Q(('status__in', ['new', 'in_progress']), ('trashed_at__isnull', True)), name='request_open_due'), models.Index(models.F('customer'), models.OrderBy(models.F('opened_at'), descending=True), name='request_customer'), models.Index(models.F('opened_at'), name='request_opened')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='request_subject'), models.CheckConstraint(condition=models.Q(('status__in', ['new', 'in_progress', 'waiting', 'resolved', 'closed'])), name='request_status'), models.CheckConstraint(condition=models.Q(('priority__in', [1, 2, 3, 4])), name='request_priority'), models.CheckConstraint(condition=models.Q(('kind__in', ['question', 'feedback', 'complaint', 'repair', 'training', 'other'])), name='request_kind'), models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='request_external_id'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['resolved', 'closed']), _negated=True), ('resolved_at__isnull', False), _connector='OR'), name='request_resolved_when')],
                    },
                ),
                migrations.CreateModel(
                    name='ServiceRequestEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='service.servicerequest')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('id', models.BigIntegerField()),
                        ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='team')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                        ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                        ('trashed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('custom', models.JSONField(blank=True, default=dict, editable=False, verbose_name='more fields')),
                        ('customer', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.customer', verbose_name='customer')),
                        ('contact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.contact', verbose_name='contact')),
                        ('requester', models.CharField(blank=True, max_length=120, verbose_name='requester')),
                        ('requester_email', models.EmailField(blank=True, max_length=254, verbose_name="requester's e-mail")),
                        ('subject', models.CharField(max_length=200, verbose_name='subject')),
                        ('description', models.TextField(blank=True, verbose_name='description')),
                        ('kind', models.CharField(choices=[('question', 'Question'), ('feedback', 'Feedback'), ('complaint', 'Complaint'), ('repair', 'Repair'), ('training', 'Training'), ('other', 'Other')], default='question', max_length=9, verbose_name='kind')),
                        ('category', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='service.category', verbose_name='category')),
                        ('priority', models.PositiveSmallIntegerField(choices=[(1, 'P1 urgent'), (2, 'P2 high'), (3, 'P3 normal'), (4, 'P4 low')], default=3, verbose_name='priority')),
                        ('channel', models.CharField(choices=[('phone', 'Phone call'), ('email', 'E-mail'), ('chat', 'Chat'), ('wechat', 'WeChat'), ('web', 'Web form'), ('import', 'Import')], default='phone', max_length=7, verbose_name='channel')),
                        ('status', models.CharField(choices=[('new', 'New'), ('in_progress', 'In progress'), ('waiting', 'Waiting for customer'), ('resolved', 'Resolved'), ('closed', 'Closed')], default='new', max_length=11, verbose_name='status')),
                        ('opened_at', models.DateTimeField(verbose_name='opened')),
                        ('first_response_due_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first response due')),
                        ('first_responded_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first response')),
                        ('resolution_due_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='resolution due')),
                        ('waiting_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='waiting since')),
                        ('resolved_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='resolved')),
                        ('resolved_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='resolved by')),
                        ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='closed')),
                        ('reopened_count', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='reopened')),
                        ('external_id', models.CharField(blank=True, editable=False, max_length=80, verbose_name='external id')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='StatusChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_changes', to='service.servicerequest')),
                        ('from_status', models.CharField(blank=True, max_length=11)),
                        ('to_status', models.CharField(choices=[('new', 'New'), ('in_progress', 'In progress'), ('waiting', 'Waiting for customer'), ('resolved', 'Resolved'), ('closed', 'Closed')], max_length=11)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'status change',
                        'verbose_name_plural': 'status changes',
                        'ordering': ['at', 'id'],
                        'indexes': [models.Index(fields=['request', 'at'], name='status_change_request')],
                    },
                ),
                migrations.CreateModel(
                    name='Reply',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='service.servicerequest', verbose_name='service request')),
                        ('body', models.TextField(verbose_name='text')),
                        ('internal', models.BooleanField(default=False, verbose_name='internal note')),
                        ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ],
                    options={
                        'verbose_name': 'reply',
                        'verbose_name_plural': 'replies',
                        'ordering': ['created_at', 'id'],
                        'indexes': [models.Index(fields=['request', 'created_at'], name='reply_request')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='reply_body')],
                    },
                ),
                migrations.CreateModel(
                    name='Rule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('order', models.PositiveSmallIntegerField(default=1, verbose_name='order')),
                        ('words', models.CharField(max_length=250, verbose_name='words, separated by commas')),
                        ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='service.category', verbose_name='category')),
                        ('priority', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'P1 urgent'), (2, 'P2 high'), (3, 'P3 normal'), (4, 'P4 low')], null=True, verbose_name='priority')),
                        ('active', models.BooleanField(default=True, verbose_name='active')),
                    ],
                    options={
                        'verbose_name': 'rule',
                        'verbose_name_plural': 'rules',
                        'ordering': ['order', 'id'],
                    },
                ),
                migrations.CreateModel(
                    name='Survey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='survey', to='service.servicerequest', verbose_name='service request')),
                        ('agent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
                        ('sent_at', models.DateTimeField(verbose_name='sent')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                        ('score', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='score')),
                        ('comment', models.TextField(blank=True, verbose_name='comment')),
                    ],
                    options={
                        'verbose_name': 'survey',
                        'verbose_name_plural': 'surveys',
                        'ordering': ['-sent_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('score__isnull', True), models.Q(('score__gte', 1), ('score__lte', 5)), _connector='OR'), name='survey_score')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servicerequest',
                    trigger=pgtrigger.compiler.Trigger(name='request_open_requests_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT DISTINCT customer_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET open_requests = (\n            SELECT count(*) FROM service_servicerequest AS r\n            WHERE r.customer_id = c.id AND r.trashed_at IS NULL\n                AND r.status IN ('new', 'in_progress', 'waiting'))\n        WHERE c.id IN (SELECT DISTINCT customer_id FROM new_rows);\n     RETURN NULL;", hash='bede0adb85faf2b53f5c6c604dc21861912725ac', level='STATEMENT', operation='INSERT', pgid='pgtrigger_request_open_requests_insert_7e1db', referencing='REFERENCING NEW TABLE AS new_rows ', table='service_servicerequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servicerequest',
                    trigger=pgtrigger.compiler.Trigger(name='request_open_requests_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT unnest(ARRAY[n.customer_id, o.customer_id]) FROM new_rows AS n JOIN old_rows AS o USING (id) WHERE (n.customer_id, n.trashed_at, n.status) IS DISTINCT FROM (o.customer_id, o.trashed_at, o.status)) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET open_requests = (\n            SELECT count(*) FROM service_servicerequest AS r\n            WHERE r.customer_id = c.id AND r.trashed_at IS NULL\n                AND r.status IN ('new', 'in_progress', 'waiting'))\n        WHERE c.id IN (SELECT unnest(ARRAY[n.customer_id, o.customer_id]) FROM new_rows AS n JOIN old_rows AS o USING (id) WHERE (n.customer_id, n.trashed_at, n.status) IS DISTINCT FROM (o.customer_id, o.trashed_at, o.status));\n     RETURN NULL;", hash='78be1e0c9a0fb4c6ea7dd63e02091d9f736c5e6e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_request_open_requests_update_d4477', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='service_servicerequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servicerequest',
                    trigger=pgtrigger.compiler.Trigger(name='request_open_requests_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM (SELECT id FROM customers_customer WHERE id IN (SELECT DISTINCT customer_id FROM old_rows) ORDER BY id FOR NO KEY UPDATE) AS locked; \n        UPDATE customers_customer AS c SET open_requests = (\n            SELECT count(*) FROM service_servicerequest AS r\n            WHERE r.customer_id = c.id AND r.trashed_at IS NULL\n                AND r.status IN ('new', 'in_progress', 'waiting'))\n        WHERE c.id IN (SELECT DISTINCT customer_id FROM old_rows);\n     RETURN NULL;", hash='51c86cc3250d07d1f06574210f3abc5c694e284b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_request_open_requests_delete_c0f3a', referencing='REFERENCING OLD TABLE AS old_rows ', table='service_servicerequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servicerequest',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."custom" IS DISTINCT FROM (NEW."custom") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."first_responded_at" IS DISTINCT FROM (NEW."first_responded_at") OR OLD."first_response_due_at" IS DISTINCT FROM (NEW."first_response_due_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."reopened_count" IS DISTINCT FROM (NEW."reopened_count") OR OLD."requester" IS DISTINCT FROM (NEW."requester") OR OLD."requester_email" IS DISTINCT FROM (NEW."requester_email") OR OLD."resolution_due_at" IS DISTINCT FROM (NEW."resolution_due_at") OR OLD."resolved_at" IS DISTINCT FROM (NEW."resolved_at") OR OLD."resolved_by_id" IS DISTINCT FROM (NEW."resolved_by_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."trashed_at" IS DISTINCT FROM (NEW."trashed_at") OR OLD."trashed_by_id" IS DISTINCT FROM (NEW."trashed_by_id") OR OLD."waiting_since" IS DISTINCT FROM (NEW."waiting_since"))', func='INSERT INTO "service_servicerequestevent" ("category_id", "channel", "closed_at", "contact_id", "created_at", "created_by_id", "custom", "customer_id", "description", "external_id", "first_responded_at", "first_response_due_at", "id", "kind", "opened_at", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened_count", "requester", "requester_email", "resolution_due_at", "resolved_at", "resolved_by_id", "status", "subject", "team_id", "trashed_at", "trashed_by_id", "waiting_since") VALUES (OLD."category_id", OLD."channel", OLD."closed_at", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."custom", OLD."customer_id", OLD."description", OLD."external_id", OLD."first_responded_at", OLD."first_response_due_at", OLD."id", OLD."kind", OLD."opened_at", OLD."owner_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."priority", OLD."reopened_count", OLD."requester", OLD."requester_email", OLD."resolution_due_at", OLD."resolved_at", OLD."resolved_by_id", OLD."status", OLD."subject", OLD."team_id", OLD."trashed_at", OLD."trashed_by_id", OLD."waiting_since"); RETURN NULL;', hash='1d4ad76cb8c82e615f9509a13a150b41d373282e', operation='UPDATE', pgid='pgtrigger_update_update_fb557', table='service_servicerequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servicerequest',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "service_servicerequestevent" ("category_id", "channel", "closed_at", "contact_id", "created_at", "created_by_id", "custom", "customer_id", "description", "external_id", "first_responded_at", "first_response_due_at", "id", "kind", "opened_at", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened_count", "requester", "requester_email", "resolution_due_at", "resolved_at", "resolved_by_id", "status", "subject", "team_id", "trashed_at", "trashed_by_id", "waiting_since") VALUES (OLD."category_id", OLD."channel", OLD."closed_at", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."custom", OLD."customer_id", OLD."description", OLD."external_id", OLD."first_responded_at", OLD."first_response_due_at", OLD."id", OLD."kind", OLD."opened_at", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."priority", OLD."reopened_count", OLD."requester", OLD."requester_email", OLD."resolution_due_at", OLD."resolved_at", OLD."resolved_by_id", OLD."status", OLD."subject", OLD."team_id", OLD."trashed_at", OLD."trashed_by_id", OLD."waiting_since"); RETURN NULL;', hash='4ba8c8897b4a05ef2159041db2c49984e772e5f7', operation='DELETE', pgid='pgtrigger_delete_delete_c1f09', table='service_servicerequest', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='statuschange',
                    trigger=pgtrigger.compiler.Trigger(name='status_change_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."to_status" IS DISTINCT FROM (NEW."to_status"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5a560cc1526ee8d8cb1b50e2719352f7446f26fd', operation='UPDATE', pgid='pgtrigger_status_change_append_only_c8c0f', table='service_statuschange', when='BEFORE')),
                ),
            ],
        ),
    ]
