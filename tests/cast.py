"""The cast: the same people in every test."""

from types import SimpleNamespace

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def speak_english():
    """Sentences are compared in English; a test of Chinese says so."""
    with translation.override("en"):
        yield


def lay_seeds():
    from django.apps import apps

    from keyuan.opportunities.models.pipeline import lay_pipeline
    from keyuan.records.options import Option, lay_options

    if not Option.objects.exists():
        lay_options(apps)
        lay_pipeline(apps)


@pytest.fixture(autouse=True)
def seeds(request):
    """Tests with real transactions empty all tables; the next gets the first contents back, no history and no jobs."""
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("_django_db_helper")
        lay_seeds()
    yield
    if has_transactions(request):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE event, change, procrastinate_jobs CASCADE")  # Django empties its own models only


def has_transactions(request) -> bool:
    """Whether a test commits what it does."""
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in request.fixturenames


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    """The same people in every test. Anna and Ben are colleagues; Olga is elsewhere; the boss is above all three."""
    from tests.make import make_department, make_role, make_user  # Django is ready only now

    sales = make_department("Sales")
    east, west = make_department("East", sales), make_department("West", sales)
    rep = make_role(
        "rep",
        customer={"view": "department", "create": "own", "edit": "own", "import": "own", "export": "own"},
        contact=dict.fromkeys(("view", "create", "edit", "delete"), ""),
        follow_up=dict.fromkeys(("view", "create", "edit"), ""),
        lead=dict.fromkeys(("view", "create", "edit", "delete", "transfer"), "own"),
        campaign={"view": "all"},
        opportunity=dict.fromkeys(("view", "create", "edit", "delete", "transfer"), "own"),
        product={"view": ""},
        plan=dict.fromkeys(("view", "create", "edit", "delete"), "own"),
    )
    boss = make_role(
        "boss",
        customer=dict.fromkeys(("view", "create", "edit", "delete", "import", "export", "transfer"), "branch"),
        contact=dict.fromkeys(("view", "create", "edit", "delete", "import", "export"), ""),
        follow_up=dict.fromkeys(("view", "create", "edit", "delete", "import", "export"), ""),
        lead=dict.fromkeys(("view", "create", "edit", "delete", "transfer", "import", "export"), "branch"),
        campaign=dict.fromkeys(("view", "create", "edit", "delete", "transfer", "export"), "all"),
        opportunity=dict.fromkeys(
            ("view", "create", "edit", "delete", "transfer", "reopen", "import", "export"), "branch"
        ),
        product=dict.fromkeys(("view", "create", "edit", "delete", "export"), ""),
        plan=dict.fromkeys(("view", "create", "edit", "delete", "export"), "branch"),
    )
    return SimpleNamespace(
        anna=make_user("anna", rep, department=east),
        ben=make_user("ben", rep, department=east),
        olga=make_user("olga", rep, department=west),
        boss=make_user("boss", boss, department=sales),
        guest=make_user("guest", department=east),
    )
