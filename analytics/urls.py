from django.urls import path

from analytics import budget_views, views
from analytics.attribution import views as attribution
from analytics.boards import card_views as cards
from analytics.boards import views as boards
from analytics.comparing import views as comparing
from analytics.datasets import views as datasets
from analytics.experiments import views as experiments
from analytics.warehouse import views as warehouse

app_name = "analytics"
urlpatterns = [
    path("", views.overview, name="dashboard"),
    path("cards/<slug:key>/", views.card, name="card"),
    path("cards/<slug:key>.csv", views.card_csv, name="card_csv"),
    path("runs/<int:pk>/", views.run_detail, name="run_detail"),
    path("runs/<int:pk>/<slug:key>.csv", views.run_csv, name="run_csv"),
    path("runs/<int:pk>/again/", comparing.run_again, name="run_again"),
    path("customers/<int:pk>/score/", views.score_customer, name="score_customer"),
    path("datasets/", datasets.datasets, name="datasets"),
    path("datasets/<int:pk>/", datasets.dataset, name="dataset"),
    path("datasets/<int:pk>/steps/", datasets.add_step, name="dataset_step"),
    path(
        "datasets/<int:pk>/steps/<int:position>/remove/",
        datasets.remove_step,
        name="dataset_step_remove",
    ),
    path("datasets/<int:pk>/ask/<slug:method>/", datasets.ask, name="dataset_ask"),
    path("datasets/<int:pk>/source/", datasets.set_source, name="dataset_source"),
    path("datasets/<int:pk>/source/look/", datasets.look_again, name="dataset_look"),
    path("datasets/<int:pk>/source/remove/", datasets.remove_source, name="dataset_unsource"),
    path("datasets/<int:pk>/trash/", datasets.trash, name="dataset_trash"),
    path("datasets/<int:pk>/restore/", datasets.restore, name="dataset_restore"),
    path("datasets/analyses/<int:pk>/", datasets.analysis, name="analysis"),
    path("datasets/analyses/<int:pk>/<slug:key>.csv", datasets.analysis_csv, name="analysis_csv"),
    path("datasets/analyses/<int:pk>/answer.json", datasets.analysis_file, name="analysis_file"),
    path("datasets/analyses/<int:pk>/again/", comparing.analysis_again, name="analysis_again"),
    path(
        "datasets/<int:pk>/answers/<slug:method>/",
        comparing.analysis_history,
        name="analysis_history",
    ),
    path(
        "datasets/<int:pk>/answers/<slug:method>/compare/",
        comparing.analysis_compare,
        name="analysis_compare",
    ),
    path("boards/", boards.boards, name="boards"),
    path("boards/start/", boards.board_start, name="board_start"),
    path("boards/<int:pk>/", boards.board, name="board"),
    path("boards/<int:pk>/edit/", boards.board_edit, name="board_edit"),
    path("boards/<int:pk>/filter/", boards.board_filter, name="board_filter"),
    path("boards/<int:pk>/copy/", boards.board_copy, name="board_copy"),
    path("boards/<int:pk>/trash/", boards.board_trash, name="board_trash"),
    path("boards/<int:pk>/restore/", boards.board_restore, name="board_restore"),
    path("boards/<int:pk>/add/", cards.card_add, name="board_card_add"),
    path("boards/<int:pk>/order/", cards.order, name="board_order"),
    path("boards/<int:pk>/pdf/", boards.board_pdf, name="board_pdf"),
    path("boards/<int:pk>/mail/", boards.board_mail, name="board_mail"),
    path("boards/cards/<int:pk>/", cards.card, name="board_card"),
    path("boards/cards/<int:pk>/card.csv", cards.card_csv, name="board_card_csv"),
    path("boards/cards/<int:pk>/edit/", cards.card_edit, name="board_card_edit"),
    path("boards/cards/<int:pk>/width/", cards.card_width, name="board_card_width"),
    path("boards/cards/<int:pk>/trash/", cards.card_trash, name="board_card_trash"),
    path("boards/cards/<int:pk>/restore/", cards.card_restore, name="board_card_restore"),
    path("warehouse/", warehouse.overview, name="warehouse"),
    path("warehouse/start/", warehouse.start, name="warehouse_start"),
    path("warehouse/<str:day>/<slug:table>.parquet", warehouse.download, name="warehouse_file"),
    path("budget/<int:pk>/plan/", budget_views.plan, name="budget_plan"),
    path("experiment/", experiments.overview, name="experiments"),
    path("experiment/new/", experiments.create, name="experiment_create"),
    path("experiment/<int:pk>/", experiments.detail, name="experiment"),
    path("experiment/<int:pk>/draw/", experiments.draw, name="experiment_draw"),
    path("experiment/<int:pk>/compute/", experiments.compute, name="experiment_compute"),
    path("experiment/<int:pk>/end/", experiments.end, name="experiment_end"),
    path("experiment/<int:pk>/discard/", experiments.discard, name="experiment_discard"),
    path("experiment/<int:pk>/rest/<slug:arm>/", experiments.roll_out, name="experiment_roll_out"),
    path("attribution/", attribution.overview, name="attribution"),
    path("attribution/compute/", attribution.compute, name="attribution_compute"),
    path("attribution/declare/", attribution.declaration, name="attribution_declare"),
    path("attribution/table.csv", attribution.table, name="attribution_csv"),
    path("<slug:name>/", views.method, name="method"),
    path("<slug:name>/runs/", comparing.run_history, name="run_history"),
    path("<slug:name>/compare/", comparing.run_compare, name="run_compare"),
    path("<slug:name>/start/", views.start, name="start"),
]
