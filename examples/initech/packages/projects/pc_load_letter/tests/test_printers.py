"""The print room itself."""

import threading

import pytest

from pc_load_letter.printers import TRAY_CAPACITY, NoSuchPrinter, PrintQueueError, PrintRoom


def test_a_job_is_printed_while_there_is_paper(room):
    room.submit("engineering", "TPS report", 4)
    described = room.describe("engineering")
    assert described["sheets"] == 6
    assert described["printed"] == 1
    assert described["waiting"] == []
    assert described["display"] == "READY"


def test_a_job_that_is_too_long_for_the_paper_waits(room):
    room.submit("engineering", "Y2K audit", 11)
    described = room.describe("engineering")
    assert described["display"] == "PC LOAD LETTER"
    assert described["sheets"] == 10
    assert [job["document"] for job in described["waiting"]] == ["Y2K audit"]


def test_nobody_overtakes(room):
    room.submit("engineering", "Y2K audit", 11)
    room.submit("engineering", "cover sheet", 1)
    waiting = room.describe("engineering")["waiting"]
    assert [job["document"] for job in waiting] == ["Y2K audit", "cover sheet"]


def test_paper_prints_what_waited(room):
    room.submit("reception", "memo", 3)
    room.submit("reception", "the same memo again", 3)
    room.load("reception", 5)
    described = room.describe("reception")
    assert described["printed"] == 1
    assert described["sheets"] == 2
    assert described["display"] == "PC LOAD LETTER"
    room.load("reception", 1)
    assert room.describe("reception")["display"] == "PAPER OUT"


def test_job_numbers_are_never_used_twice(room):
    numbers = [room.submit(name, "memo", 1).number for name in ["engineering", "reception"] * 3]
    assert len(set(numbers)) == 6


@pytest.mark.parametrize("pages", [0, -1, TRAY_CAPACITY + 1])
def test_impossible_jobs_are_refused(room, pages):
    with pytest.raises(PrintQueueError, match="pages"):
        room.submit("engineering", "memo", pages)
    assert room.describe("engineering")["waiting"] == []


@pytest.mark.parametrize("sheets", [0, -5, TRAY_CAPACITY])
def test_impossible_loads_are_refused(room, sheets):
    with pytest.raises(PrintQueueError):
        room.load("engineering", sheets)
    assert room.describe("engineering")["sheets"] == 10


def test_an_unknown_printer_is_named(room):
    with pytest.raises(NoSuchPrinter, match="'basement'"):
        room.describe("basement")


def test_threads_lose_no_paper():
    room = PrintRoom({"engineering": TRAY_CAPACITY})

    def print_fifty():
        for _ in range(50):
            room.submit("engineering", "memo", 1)

    threads = [threading.Thread(target=print_fifty) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    described = room.describe("engineering")
    assert described["printed"] == TRAY_CAPACITY
    assert described["sheets"] == 0
