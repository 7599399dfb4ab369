import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.common.migrating import Together


class Migration(migrations.Migration):

    replaces = [
        ('analytics', '0001_initial'),
        ('analytics', '0002_datasets'),
        ('analytics', '0003_customer_scores'),
        ('analytics', '0004_value_and_rules'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_schema'),
        ('customers', '0001_schema'),
        ('jobs', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Dataset',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                        ('file', models.FileField(max_length=200, upload_to='datasets/', verbose_name='file')),
                        ('filename', models.CharField(max_length=200, verbose_name='file name')),
                        ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                        ('state', models.CharField(choices=[('reading', 'Being read'), ('ready', 'Ready'), ('refused', 'Cannot be read')], default='reading', max_length=8, verbose_name='state')),
                        ('error', models.JSONField(blank=True, default=dict, verbose_name='error')),
                        ('steps', models.JSONField(blank=True, default=list, verbose_name='cleaning steps')),
                        ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                        ('columns', models.JSONField(blank=True, default=list, verbose_name='columns')),
                        ('preview', models.JSONField(blank=True, default=list, verbose_name='preview')),
                        ('reports', models.JSONField(blank=True, default=list, verbose_name='what the steps did')),
                        ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job', verbose_name='job')),
                        ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'dataset',
                        'verbose_name_plural': 'datasets',
                        'ordering': ['-created_at', '-pk'],
                        'indexes': [models.Index(fields=['team', '-created_at'], name='dataset_team')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['reading', 'ready', 'refused'])), name='dataset_state')],
                    },
                ),
                migrations.CreateModel(
                    name='Analysis',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='analyses', to='analytics.dataset', verbose_name='dataset')),
                        ('method', models.CharField(max_length=20, verbose_name='method')),
                        ('options', models.JSONField(blank=True, default=dict, verbose_name='parameters')),
                        ('steps', models.JSONField(blank=True, default=list, verbose_name='cleaning steps')),
                        ('state', models.CharField(choices=[('running', 'Running'), ('finished', 'Finished'), ('refused', 'Refused')], default='running', max_length=8, verbose_name='state')),
                        ('answer', models.JSONField(blank=True, default=dict, verbose_name='result')),
                        ('file', models.FileField(blank=True, max_length=200, upload_to='datasets/', verbose_name='whole answer')),
                        ('error', models.JSONField(blank=True, default=dict, verbose_name='error')),
                        ('seconds', models.FloatField(default=0, verbose_name='seconds')),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='started')),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job', verbose_name='job')),
                    ],
                    options={
                        'verbose_name': 'analysis of a dataset',
                        'verbose_name_plural': 'analyses of datasets',
                        'ordering': ['-created_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['running', 'finished', 'refused'])), name='analysis_state')],
                    },
                ),
                migrations.CreateModel(
                    name='Run',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('method', models.CharField(choices=[('cluster', 'Customer segments'), ('forecast', 'Sales forecast'), ('regress', 'Marketing effect'), ('churn', 'Customers about to leave'), ('potential', 'Customers about to buy'), ('value', 'Customer value'), ('rules', 'Bought together')], max_length=12, verbose_name='method')),
                        ('state', models.CharField(choices=[('running', 'Running'), ('finished', 'Finished'), ('refused', 'Too little data'), ('failed', 'Failed')], default='running', max_length=8, verbose_name='state')),
                        ('params', models.JSONField(blank=True, default=dict, verbose_name='parameters')),
                        ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
                        ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
                        ('job', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='run', to='jobs.job', verbose_name='job')),
                        ('data_from', models.DateField(blank=True, null=True, verbose_name='data from')),
                        ('data_to', models.DateField(blank=True, null=True, verbose_name='data until')),
                        ('rows_used', models.PositiveIntegerField(default=0, verbose_name='rows used')),
                        ('rows_dropped', models.PositiveIntegerField(default=0, verbose_name='rows dropped')),
                        ('fingerprint', models.CharField(blank=True, max_length=64, verbose_name='data fingerprint')),
                        ('versions', models.JSONField(blank=True, default=dict, verbose_name='library versions')),
                        ('seed', models.PositiveIntegerField(default=0, verbose_name='seed')),
                        ('seconds', models.FloatField(default=0, verbose_name='seconds')),
                        ('metrics', models.JSONField(blank=True, default=dict, verbose_name='quality on unseen data')),
                        ('warnings', models.JSONField(blank=True, default=list, verbose_name='warnings')),
                        ('result', models.JSONField(blank=True, default=dict, verbose_name='result')),
                        ('error', models.JSONField(blank=True, default=dict, verbose_name='error')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='started')),
                    ],
                    options={
                        'verbose_name': 'run',
                        'verbose_name_plural': 'runs',
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['method', 'team', '-created_at'], name='run_method_team')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('method__in', ['cluster', 'forecast', 'regress', 'churn', 'potential', 'value', 'rules'])), name='run_method'), models.CheckConstraint(condition=models.Q(('state__in', ['running', 'finished', 'refused', 'failed'])), name='run_state')],
                    },
                ),
                migrations.CreateModel(
                    name='CustomerScore',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='customers.customer', verbose_name='customer')),
                        ('kind', models.CharField(choices=[('churn', 'Risk of leaving'), ('potential', 'Chance of buying')], max_length=9, verbose_name='kind')),
                        ('chance', models.FloatField(verbose_name='chance')),
                        ('level', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Medium'), (3, 'High')], verbose_name='level')),
                        ('reasons', models.JSONField(default=list, verbose_name='reasons')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.run', verbose_name='run')),
                    ],
                    options={
                        'verbose_name': 'score of a customer',
                        'verbose_name_plural': 'scores of customers',
                        'indexes': [models.Index(fields=['kind', 'level', 'customer'], name='customer_score_level_index')],
                        'constraints': [models.UniqueConstraint(fields=('customer', 'kind'), name='customer_score_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['churn', 'potential'])), name='customer_score_kind'), models.CheckConstraint(condition=models.Q(('level__in', [1, 2, 3])), name='customer_score_level'), models.CheckConstraint(condition=models.Q(('chance__gte', 0), ('chance__lte', 1)), name='customer_score_chance')],
                    },
                ),
            ],
        ),
    ]
