"""The addresses for programs, and one's own keys."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from crm.api import description, token_views  # noqa: F401  # it registers itself
from crm.api.docs import docs
from crm.api.views import views_of
from crm.records.resources import resources

app_name = "api"


def _records() -> list[object]:
    found = []
    for resource in resources.values():
        if resource.api:
            rows, one = views_of(resource)
            name = resource.api.replace("-", "_")
            found.append(path(f"api/v1/{resource.api}/", rows, name=f"{name}_list"))
            found.append(path(f"api/v1/{resource.api}/<int:pk>/", one, name=f"{name}_detail"))
    return found


urlpatterns = [
    *_records(),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", docs, name="docs"),
    path("account/keys/", token_views.tokens, name="tokens"),
    path("account/keys/<int:pk>/end/", token_views.token_end, name="token_end"),
]
