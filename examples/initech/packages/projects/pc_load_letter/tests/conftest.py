import pytest

from pc_load_letter import create_app
from pc_load_letter.printers import PrintRoom


@pytest.fixture
def room():
    return PrintRoom({"engineering": 10, "reception": 0})


@pytest.fixture
def client(room):
    app = create_app(room)
    app.config["TESTING"] = True
    return app.test_client()
