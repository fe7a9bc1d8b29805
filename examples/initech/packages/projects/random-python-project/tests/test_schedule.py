from datetime import datetime, timedelta

import pytest
import snaptime

from random_python_project import next_report, reports_between
from random_python_project.command import main


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("1999-02-15T09:00", "1999-02-19T17:00"),  # a Monday
        ("1999-02-19T16:59", "1999-02-19T17:00"),
        ("1999-02-19T17:00", "1999-02-26T17:00"),
        ("1999-02-20T12:00", "1999-02-26T17:00"),
        ("1999-12-31T23:59", "2000-01-07T17:00"),
    ],
)
def test_next_report(now, due):
    assert next_report(datetime.fromisoformat(now)) == datetime.fromisoformat(due)


def test_every_due_time_is_a_friday_at_five():
    start = datetime(1999, 1, 1)
    due = list(reports_between(start, start + timedelta(days=365)))
    assert len(due) == 53
    assert {(time.isoweekday(), time.hour, time.minute) for time in due} == {(5, 17, 0)}


def test_snaptime_is_the_real_one():
    assert snaptime.snap(datetime(2016, 1, 1, 15, 30), "-1h@h") == datetime(2016, 1, 1, 14)


def test_the_command(capsys):
    main(["1999-02-15T09:00"])
    assert capsys.readouterr().out == "Friday 1999-02-19 17:00\n"


def test_the_command_refuses_what_is_no_time(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["yesterday"])
    assert stop.value.code == 2
    assert "yesterday" in capsys.readouterr().err
