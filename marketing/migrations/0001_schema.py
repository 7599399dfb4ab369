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
        ('marketing', '0001_initial'),
        ('marketing', '0002_activities_by_day'),
        ('marketing', '0003_custom_values'),
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
                    name='Campaign',
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
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('objective', models.CharField(blank=True, max_length=200, verbose_name='objective')),
                        ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS'), ('wechat', 'WeChat'), ('phone', 'Phone call'), ('event', 'Event'), ('search', 'Search ads'), ('social', 'Social media'), ('tv', 'Television'), ('print', 'Print'), ('other', 'Other')], default='email', max_length=8, verbose_name='channel')),
                        ('status', models.CharField(choices=[('planned', 'Planned'), ('running', 'Running'), ('finished', 'Finished'), ('cancelled', 'Cancelled')], default='planned', max_length=9, verbose_name='status')),
                        ('starts_on', models.DateField(verbose_name='from')),
                        ('ends_on', models.DateField(verbose_name='until')),
                        ('budget', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='budget')),
                        ('actual_cost', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='actual cost')),
                        ('expected_revenue', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='expected revenue')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                    ],
                    options={
                        'verbose_name': 'campaign',
                        'verbose_name_plural': 'campaigns',
                        'indexes': [models.Index(models.F('team'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='campaign_team_updated'), models.Index(models.F('owner'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='campaign_owner_updated'), models.Index(models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='campaign_updated'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='campaign_search')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='campaign_name'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='campaign_period'), models.CheckConstraint(condition=models.Q(('status__in', ['planned', 'running', 'finished', 'cancelled'])), name='campaign_status'), models.CheckConstraint(condition=models.Q(('actual_cost__gte', 0), ('budget__gte', 0), ('expected_revenue__gte', 0)), name='campaign_money')],
                    },
                ),
                migrations.CreateModel(
                    name='CampaignEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='marketing.campaign')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('id', models.BigIntegerField()),
                        ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='team')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                        ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deleted')),
                        ('trashed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('custom', models.JSONField(blank=True, default=dict, editable=False, verbose_name='more fields')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('objective', models.CharField(blank=True, max_length=200, verbose_name='objective')),
                        ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS'), ('wechat', 'WeChat'), ('phone', 'Phone call'), ('event', 'Event'), ('search', 'Search ads'), ('social', 'Social media'), ('tv', 'Television'), ('print', 'Print'), ('other', 'Other')], default='email', max_length=8, verbose_name='channel')),
                        ('status', models.CharField(choices=[('planned', 'Planned'), ('running', 'Running'), ('finished', 'Finished'), ('cancelled', 'Cancelled')], default='planned', max_length=9, verbose_name='status')),
                        ('starts_on', models.DateField(verbose_name='from')),
                        ('ends_on', models.DateField(verbose_name='until')),
                        ('budget', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='budget')),
                        ('actual_cost', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='actual cost')),
                        ('expected_revenue', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='expected revenue')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Activity',
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
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='marketing.campaign', verbose_name='campaign')),
                        ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.contact', verbose_name='contact')),
                        ('stage', models.CharField(choices=[('planned', 'Planned'), ('sent', 'Sent'), ('opened', 'Opened'), ('clicked', 'Clicked'), ('replied', 'Replied'), ('opted_out', 'Opted out')], default='planned', max_length=9, verbose_name='stage')),
                        ('result', models.CharField(choices=[('pending', 'Pending'), ('success', 'Success'), ('failure', 'Failure')], default='pending', max_length=7, verbose_name='result')),
                        ('happened_at', models.DateTimeField(verbose_name='when')),
                        ('revenue', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='revenue')),
                        ('note', models.TextField(blank=True, verbose_name='note')),
                    ],
                    options={
                        'verbose_name': 'campaign activity',
                        'verbose_name_plural': 'campaign activities',
                        'indexes': [models.Index(models.F('team'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='activity_team_updated'), models.Index(models.F('owner'), models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='activity_owner_updated'), models.Index(models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='activity_updated'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='activity_search'), models.Index(models.F('campaign'), models.F('result'), name='activity_campaign_result'), models.Index(models.F('customer'), models.OrderBy(models.F('happened_at'), descending=True), name='activity_customer'), models.Index(models.F('team'), models.OrderBy(models.F('happened_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='activity_team_when')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('trashed_at__isnull', True)), fields=('campaign', 'customer'), name='activity_once_per_customer'), models.CheckConstraint(condition=models.Q(('result__in', ['pending', 'success', 'failure'])), name='activity_result'), models.CheckConstraint(condition=models.Q(('stage__in', ['planned', 'sent', 'opened', 'clicked', 'replied', 'opted_out'])), name='activity_stage')],
                    },
                ),
                migrations.CreateModel(
                    name='ActivityEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='marketing.activity')),
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
                        ('campaign', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='marketing.campaign', verbose_name='campaign')),
                        ('contact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='customers.contact', verbose_name='contact')),
                        ('stage', models.CharField(choices=[('planned', 'Planned'), ('sent', 'Sent'), ('opened', 'Opened'), ('clicked', 'Clicked'), ('replied', 'Replied'), ('opted_out', 'Opted out')], default='planned', max_length=9, verbose_name='stage')),
                        ('result', models.CharField(choices=[('pending', 'Pending'), ('success', 'Success'), ('failure', 'Failure')], default='pending', max_length=7, verbose_name='result')),
                        ('happened_at', models.DateTimeField(verbose_name='when')),
                        ('revenue', models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name='revenue')),
                        ('note', models.TextField(blank=True, verbose_name='note')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Spend',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('channel', models.CharField(max_length=40, verbose_name='channel')),
                        ('starts_on', models.DateField(verbose_name='from')),
                        ('ends_on', models.DateField(verbose_name='until (not included)')),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                        ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='spends', to='marketing.campaign', verbose_name='campaign')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
                    ],
                    options={
                        'verbose_name': 'spend',
                        'verbose_name_plural': 'spends',
                        'ordering': ['-starts_on', 'channel'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='spend_period'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='spend_amount'), models.UniqueConstraint(fields=('team', 'channel', 'starts_on', 'ends_on'), name='spend_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='MarketResult',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('starts_on', models.DateField(verbose_name='from')),
                        ('ends_on', models.DateField(verbose_name='until (not included)')),
                        ('revenue', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='revenue')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                        ('controls', models.JSONField(blank=True, default=dict, verbose_name='other influences')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
                    ],
                    options={
                        'verbose_name': 'market result',
                        'verbose_name_plural': 'market results',
                        'ordering': ['-starts_on'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='result_period'), models.UniqueConstraint(fields=('team', 'starts_on', 'ends_on'), name='result_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='Experiment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='experiments', to='marketing.campaign')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('hypothesis', models.CharField(blank=True, max_length=250, verbose_name='hypothesis')),
                        ('control_share', models.DecimalField(decimal_places=3, default=0.1, max_digits=4, verbose_name='share of control')),
                        ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                    ],
                    options={
                        'verbose_name': 'experiment',
                        'verbose_name_plural': 'experiments',
                        'ordering': ['-id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('control_share__gte', 0), ('control_share__lt', 1)), name='experiment_share')],
                    },
                ),
                migrations.CreateModel(
                    name='Delivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('activity', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='delivery', to='marketing.activity', verbose_name='campaign activity')),
                        ('experiment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to='marketing.experiment', verbose_name='experiment')),
                        ('arm', models.CharField(blank=True, max_length=20, verbose_name='arm')),
                        ('state', models.CharField(choices=[('queued', 'Waiting'), ('sent', 'Sent'), ('bounced', 'Bounced'), ('failed', 'Failed')], default='queued', max_length=8, verbose_name='state')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                        ('error', models.TextField(blank=True, verbose_name='error')),
                    ],
                    options={
                        'verbose_name': 'delivery',
                        'verbose_name_plural': 'deliveries',
                        'ordering': ['-id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sent', 'bounced', 'failed'])), name='delivery_state')],
                    },
                ),
                migrations.CreateModel(
                    name='WebForm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('token', models.CharField(max_length=43, unique=True, verbose_name='token')),
                        ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='marketing.campaign', verbose_name='campaign')),
                        ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
                        ('active', models.BooleanField(default=True, verbose_name='active')),
                    ],
                    options={
                        'verbose_name': 'web form',
                        'verbose_name_plural': 'web forms',
                        'ordering': ['name'],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='campaign',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."actual_cost" IS DISTINCT FROM (NEW."actual_cost") OR OLD."budget" IS DISTINCT FROM (NEW."budget") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."custom" IS DISTINCT FROM (NEW."custom") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."expected_revenue" IS DISTINCT FROM (NEW."expected_revenue") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."objective" IS DISTINCT FROM (NEW."objective") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."trashed_at" IS DISTINCT FROM (NEW."trashed_at") OR OLD."trashed_by_id" IS DISTINCT FROM (NEW."trashed_by_id"))', func='INSERT INTO "marketing_campaignevent" ("actual_cost", "budget", "channel", "created_at", "created_by_id", "currency", "custom", "ends_on", "expected_revenue", "id", "name", "objective", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "status", "team_id", "trashed_at", "trashed_by_id") VALUES (OLD."actual_cost", OLD."budget", OLD."channel", OLD."created_at", OLD."created_by_id", OLD."currency", OLD."custom", OLD."ends_on", OLD."expected_revenue", OLD."id", OLD."name", OLD."objective", OLD."owner_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."starts_on", OLD."status", OLD."team_id", OLD."trashed_at", OLD."trashed_by_id"); RETURN NULL;', hash='fea0c6dccd2083463339b9d58f7b174bbc3f8711', operation='UPDATE', pgid='pgtrigger_update_update_07635', table='marketing_campaign', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='campaign',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "marketing_campaignevent" ("actual_cost", "budget", "channel", "created_at", "created_by_id", "currency", "custom", "ends_on", "expected_revenue", "id", "name", "objective", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "status", "team_id", "trashed_at", "trashed_by_id") VALUES (OLD."actual_cost", OLD."budget", OLD."channel", OLD."created_at", OLD."created_by_id", OLD."currency", OLD."custom", OLD."ends_on", OLD."expected_revenue", OLD."id", OLD."name", OLD."objective", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts_on", OLD."status", OLD."team_id", OLD."trashed_at", OLD."trashed_by_id"); RETURN NULL;', hash='ff000ea87fddfeaecb27d31a20c42401f89d40b2', operation='DELETE', pgid='pgtrigger_delete_delete_ba053', table='marketing_campaign', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='activity',
                    trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."campaign_id" IS DISTINCT FROM (NEW."campaign_id") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."custom" IS DISTINCT FROM (NEW."custom") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."happened_at" IS DISTINCT FROM (NEW."happened_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."revenue" IS DISTINCT FROM (NEW."revenue") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."trashed_at" IS DISTINCT FROM (NEW."trashed_at") OR OLD."trashed_by_id" IS DISTINCT FROM (NEW."trashed_by_id"))', func='INSERT INTO "marketing_activityevent" ("campaign_id", "contact_id", "created_at", "created_by_id", "custom", "customer_id", "happened_at", "id", "note", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "revenue", "stage", "team_id", "trashed_at", "trashed_by_id") VALUES (OLD."campaign_id", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."custom", OLD."customer_id", OLD."happened_at", OLD."id", OLD."note", OLD."owner_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."result", OLD."revenue", OLD."stage", OLD."team_id", OLD."trashed_at", OLD."trashed_by_id"); RETURN NULL;', hash='04b00cf614570886097b1e62f2c5d6d43a58206c', operation='UPDATE', pgid='pgtrigger_update_update_62c8f', table='marketing_activity', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='activity',
                    trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "marketing_activityevent" ("campaign_id", "contact_id", "created_at", "created_by_id", "custom", "customer_id", "happened_at", "id", "note", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "revenue", "stage", "team_id", "trashed_at", "trashed_by_id") VALUES (OLD."campaign_id", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."custom", OLD."customer_id", OLD."happened_at", OLD."id", OLD."note", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."result", OLD."revenue", OLD."stage", OLD."team_id", OLD."trashed_at", OLD."trashed_by_id"); RETURN NULL;', hash='594c97d6a52d2cf337634c03b83dcd16b9eeb185', operation='DELETE', pgid='pgtrigger_delete_delete_f9bc7', table='marketing_activity', when='AFTER')),
                ),
            ],
        ),
    ]
