import io
import subprocess
import sys

import pytest
from penny_shaver import command


def run(monkeypatch, capsys, text, *arguments):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    command.main(list(arguments))
    return capsys.readouterr().out.splitlines()


def test_a_statement(monkeypatch, capsys):
    lines = run(monkeypatch, capsys, "initech,100000.00\nmilton, 17\n", "--rate", "2.5", "--days", "30")
    assert lines == [
        "initech            205.47",
        "milton               0.03",
        "-------------------------",
        "credited           205.50",
        "rounded off          0.01",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("initech\n", "line 1: wanted a name and a balance, got 1 fields"),
        ("\nmilton,1.005\n", "line 2: '1.005' has fractions of a cent already"),
        ("milton,stapler\n", "line 1: 'stapler' is no amount"),
        ("milton,Infinity\n", "line 1: 'Infinity' is no amount"),
        ("milton,1\nmilton,2\n", "line 2: there is an account 'milton' already"),
        ("milton,-1\n", "the account 'milton' is overdrawn, and owes interest instead"),
    ],
)
def test_a_mistake_is_named(monkeypatch, capsys, text, reason):
    with pytest.raises(SystemExit, match=f"^penny-shaver: {reason}$"):
        run(monkeypatch, capsys, text)


def test_a_file(tmp_path):
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("samir,3650000\nmichael,3650000\n")
    done = subprocess.run(
        [sys.executable, "-m", "penny_shaver.command", "--rate", "1", accounts],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[0].split() == ["samir", "100.00"]
