"""The pages and the JSON interface."""

import pytest


def test_the_overview_lists_every_printer(client):
    response = client.get("/")
    assert response.status_code == 200
    assert response.mimetype == "text/html"
    assert "engineering" in response.text
    assert "PAPER OUT" in response.text


def test_document_names_are_text_not_markup(client):
    client.post("/printers/reception/jobs", json={"document": "<b>memo</b>", "pages": 1})
    assert "&lt;b&gt;memo&lt;/b&gt;" in client.get("/").text


def test_health(client):
    assert client.get("/healthz").get_json() == {"status": "ok", "printers": 2}


def test_printers(client):
    assert [printer["name"] for printer in client.get("/printers").get_json()] == [
        "engineering",
        "reception",
    ]


def test_the_display_of_a_printer_that_waits_for_paper(client):
    answer = client.post("/printers/reception/jobs", json={"document": "memo", "pages": 1})
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/printers/reception"
    assert client.get("/printers/reception/display").text == "PC LOAD LETTER\n"


def test_loading_paper(client):
    client.post("/printers/reception/jobs", json={"document": "memo", "pages": 2})
    answer = client.post("/printers/reception/paper", json={"sheets": 3})
    assert answer.status_code == 200
    assert answer.get_json()["printed"] == 1
    assert answer.get_json()["sheets"] == 1


def test_an_unknown_printer_is_not_found(client):
    response = client.get("/printers/basement")
    assert response.status_code == 404
    assert response.get_json() == {"error": "there is no printer 'basement'"}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"document": "memo"},
        {"pages": 1},
        {"document": "memo", "pages": "1"},
        {"document": "memo", "pages": True},
        {"document": " ", "pages": 1},
    ],
)
def test_incomplete_jobs_are_refused_with_a_reason(client, body):
    response = client.post("/printers/engineering/jobs", json=body)
    assert response.status_code == 422
    assert response.get_json()["error"]
