import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.common.migrating import Together


class Migration(migrations.Migration):

    replaces = [
        ('mail', '0001_outbox'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_schema'),
        ('jobs', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Mail',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=40, verbose_name='kind')),
                        ('key', models.CharField(blank=True, editable=False, max_length=160, null=True, unique=True)),
                        ('message_id', models.CharField(editable=False, max_length=200, unique=True)),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='colleague')),
                        ('to', models.EmailField(max_length=254, verbose_name='to')),
                        ('sender', models.CharField(blank=True, max_length=200, verbose_name='from')),
                        ('reply_to', models.EmailField(blank=True, max_length=254, verbose_name='answers to')),
                        ('subject', models.CharField(max_length=300, verbose_name='subject')),
                        ('text', models.TextField(verbose_name='text')),
                        ('html', models.TextField(blank=True, verbose_name='formatted text')),
                        ('headers', models.JSONField(blank=True, default=dict, verbose_name='headers of the mail')),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('unsure', 'Perhaps sent'), ('failed', 'Not sent'), ('kept', 'Kept here'), ('cancelled', 'Withdrawn')], default='waiting', max_length=9, verbose_name='state')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('error', models.TextField(blank=True, verbose_name='problem')),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job', verbose_name='job')),
                        ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                        ('handed_at', models.DateTimeField(editable=False, null=True, verbose_name='handed over')),
                        ('sent_at', models.DateTimeField(editable=False, null=True, verbose_name='sent')),
                    ],
                    options={
                        'verbose_name': 'mail',
                        'verbose_name_plural': 'mail',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(fields=['user', '-id'], name='mail_by_user'), models.Index(fields=['created_by', '-id'], name='mail_by_writer'), models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['state', 'id'], name='mail_open'), models.Index(fields=['created_at'], name='mail_by_day')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'unsure', 'failed', 'kept', 'cancelled'])), name='mail_state')],
                    },
                ),
                migrations.CreateModel(
                    name='MailFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('mail', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='mail.mail')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('content_type', models.CharField(max_length=100, verbose_name='content type')),
                        ('content', models.FileField(max_length=200, upload_to='mail/%Y/%m/')),
                        ('size', models.PositiveIntegerField(verbose_name='size')),
                    ],
                    options={
                        'verbose_name': 'file of a mail',
                        'verbose_name_plural': 'files of mail',
                        'ordering': ['pk'],
                    },
                ),
            ],
        ),
    ]
