import crm.records.models
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.common.migrating import Together


class Migration(migrations.Migration):

    replaces = [
        ('records', '0001_views_fields_changes_exports'),
        ('records', '0002_bulk_rows_waiting'),
        ('records', '0003_attachments'),
        ('records', '0004_exports_as_pdf'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_schema'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('jobs', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='SavedView',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=60, verbose_name='list')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('query', models.TextField(blank=True, max_length=4000, verbose_name='filters and order')),
                        ('columns', models.JSONField(blank=True, default=list, verbose_name='columns')),
                        ('sharing', models.CharField(choices=[('private', 'Only me'), ('team', 'My team'), ('public', 'Everybody')], default='private', max_length=8, verbose_name='who sees it')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.team', verbose_name='team')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('pinned_by', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='pinned by')),
                    ],
                    options={
                        'verbose_name': 'saved view',
                        'verbose_name_plural': 'saved views',
                        'ordering': ['name', 'pk'],
                        'indexes': [models.Index(fields=['kind', 'owner'], name='saved_view_kind')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_view_name'), models.CheckConstraint(condition=models.Q(('sharing__in', ['private', 'team', 'public'])), name='saved_view_sharing'), models.UniqueConstraint(fields=('owner', 'kind', 'name'), name='saved_view_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CustomField',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('name_en', models.CharField(blank=True, max_length=80, verbose_name='English name')),
                        ('kind', models.CharField(max_length=60, verbose_name='kind of record')),
                        ('key', models.CharField(help_text='Names the field in addresses and files; it cannot change later.', max_length=40, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9_]*$', 'Small letters, digits and _ only, a letter first.')], verbose_name='key')),
                        ('type', models.CharField(choices=[('text', 'Text'), ('number', 'Number'), ('date', 'Date'), ('choice', 'Choice'), ('boolean', 'Yes or no')], default='text', max_length=8, verbose_name='type')),
                        ('choices', models.TextField(blank=True, help_text='For a choice: one per line.', verbose_name='choices')),
                        ('help', models.CharField(blank=True, max_length=200, verbose_name='help')),
                        ('required', models.BooleanField(default=False, verbose_name='required')),
                        ('in_list', models.BooleanField(default=False, verbose_name='a column of the list')),
                        ('active', models.BooleanField(default=True, verbose_name='active')),
                        ('position', models.PositiveSmallIntegerField(default=1, verbose_name='order')),
                    ],
                    options={
                        'verbose_name': 'added field',
                        'verbose_name_plural': 'added fields',
                        'ordering': ['kind', 'position', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='custom_field_once'), models.CheckConstraint(condition=models.Q(('type__in', ['text', 'number', 'date', 'choice', 'boolean'])), name='custom_field_type')],
                    },
                ),
                migrations.CreateModel(
                    name='BulkChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=60, verbose_name='list')),
                        ('action', models.CharField(max_length=40, verbose_name='action')),
                        ('params', models.JSONField(blank=True, default=dict, verbose_name='what to change')),
                        ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='running', max_length=8, verbose_name='state')),
                        ('total', models.PositiveIntegerField(default=0, verbose_name='rows')),
                        ('changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                        ('unchanged', models.PositiveIntegerField(default=0, verbose_name='unchanged')),
                        ('refused', models.PositiveIntegerField(default=0, verbose_name='refused')),
                        ('restored', models.PositiveIntegerField(default=0, verbose_name='restored')),
                        ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job', verbose_name='job')),
                        ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ],
                    options={
                        'verbose_name': 'bulk change',
                        'verbose_name_plural': 'bulk changes',
                        'ordering': ['-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='BulkRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('change', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='records.bulkchange')),
                        ('record_id', models.BigIntegerField()),
                        ('before', models.JSONField(null=True)),
                    ],
                    options={
                        'verbose_name': 'row of a bulk change',
                        'verbose_name_plural': 'rows of bulk changes',
                        'indexes': [models.Index(models.F('change'), models.F('record_id'), condition=models.Q(('before__isnull', True)), name='bulk_row_waiting')],
                        'constraints': [models.UniqueConstraint(fields=('change', 'record_id'), name='bulk_row_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Export',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=60, verbose_name='list')),
                        ('format', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'Excel (XLSX)'), ('vcf', 'vCard'), ('pdf', 'PDF')], max_length=4, verbose_name='format')),
                        ('query', models.TextField(blank=True, max_length=4000, verbose_name='filters and order')),
                        ('columns', models.JSONField(blank=True, default=list, verbose_name='columns')),
                        ('record_ids', models.JSONField(blank=True, null=True, verbose_name='chosen records')),
                        ('rows', models.PositiveIntegerField(null=True, verbose_name='rows')),
                        ('file', models.FileField(blank=True, max_length=200, upload_to='exports/%Y/%m/', verbose_name='file')),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job', verbose_name='job')),
                        ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ],
                    options={
                        'verbose_name': 'export',
                        'verbose_name_plural': 'exports',
                        'ordering': ['-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Attachment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                        ('object_id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=160, verbose_name='name')),
                        ('media_type', models.CharField(max_length=100, verbose_name='type')),
                        ('size', models.PositiveBigIntegerField(verbose_name='size')),
                        ('file', models.FileField(max_length=120, upload_to=crm.records.models.stored_name)),
                        ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('trashed_at', models.DateTimeField(blank=True, null=True, verbose_name='deleted')),
                        ('trashed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'attached file',
                        'verbose_name_plural': 'attached files',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(models.F('content_type'), models.F('object_id'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed_at__isnull', True)), name='attachment_of')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='attachment_name'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='attachment_size')],
                    },
                ),
            ],
        ),
    ]
