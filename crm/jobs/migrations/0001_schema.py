import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from crm.common.migrating import Together


class Migration(migrations.Migration):

    replaces = [
        ('jobs', '0001_initial'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(max_length=60, verbose_name='kind')),
                        ('title', models.CharField(blank=True, max_length=200, verbose_name='title')),
                        ('params', models.JSONField(blank=True, default=dict, verbose_name='parameters')),
                        ('state', models.CharField(choices=[('queued', 'Waiting'), ('running', 'Running'), ('succeeded', 'Finished'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10, verbose_name='state')),
                        ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
                        ('idempotency_key', models.CharField(blank=True, max_length=120, null=True, unique=True)),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('max_attempts', models.PositiveSmallIntegerField(default=3, verbose_name='most attempts')),
                        ('lease', models.UUIDField(blank=True, editable=False, null=True)),
                        ('heartbeat_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last sign of life')),
                        ('rung_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='workers told')),
                        ('not_before', models.DateTimeField(blank=True, null=True, verbose_name='not before')),
                        ('cancel_requested', models.BooleanField(default=False)),
                        ('progress_done', models.BigIntegerField(default=0, verbose_name='steps done')),
                        ('progress_total', models.BigIntegerField(default=0, verbose_name='steps in all')),
                        ('progress_note', models.CharField(blank=True, max_length=200, verbose_name='at work on')),
                        ('checkpoint', models.JSONField(blank=True, default=dict, verbose_name='done so far')),
                        ('result', models.JSONField(blank=True, default=dict, verbose_name='result')),
                        ('error', models.TextField(blank=True, verbose_name='error')),
                        ('url', models.CharField(blank=True, max_length=200, verbose_name='page')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                    ],
                    options={
                        'verbose_name': 'job',
                        'verbose_name_plural': 'jobs',
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['created_by', '-created_at'], name='job_by_creator'), models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['state', 'heartbeat_at'], name='job_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'succeeded', 'failed', 'cancelled'])), name='job_state'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), models.Q(('heartbeat_at__isnull', False), ('lease__isnull', False)), _connector='OR'), name='job_running_has_lease')],
                    },
                ),
            ],
        ),
    ]
