"""Printers, their paper and their queues. Knows nothing of HTTP."""

import itertools
import threading
from collections import deque
from dataclasses import dataclass, field

TRAY_CAPACITY = 250


class PrintQueueError(Exception):
    """A request that the print room refuses; `status` is what HTTP calls it."""

    status = 422


class NoSuchPrinter(PrintQueueError):
    status = 404


@dataclass(frozen=True)
class Job:
    number: int
    document: str
    pages: int


@dataclass
class Printer:
    name: str
    sheets: int
    waiting: deque = field(default_factory=deque)
    printed: list = field(default_factory=list)

    @property
    def display(self):
        """What is on the two-line display at the front."""
        if self.waiting:
            # Paper cassette: load letter-size paper. Nobody has ever understood it.
            return "PC LOAD LETTER"
        return "READY" if self.sheets else "PAPER OUT"

    def print_what_fits(self):
        """First come, first served: a job too long for the paper holds up the others."""
        while self.waiting and self.waiting[0].pages <= self.sheets:
            job = self.waiting.popleft()
            self.sheets -= job.pages
            self.printed.append(job)


class PrintRoom:
    """All printers. Safe to use from several threads."""

    def __init__(self, sheets_by_name):
        self._printers = {name: Printer(name, sheets) for name, sheets in sheets_by_name.items()}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def names(self):
        return list(self._printers)

    def describe(self, name):
        with self._lock:
            printer = self._printer(name)
            return {
                "name": printer.name,
                "display": printer.display,
                "sheets": printer.sheets,
                "waiting": [vars(job) for job in printer.waiting],
                "printed": len(printer.printed),
            }

    def submit(self, name, document, pages):
        """Queue a document; returns its job, printed at once where there is paper."""
        if not document.strip():
            raise PrintQueueError("a job needs a document")
        if not 1 <= pages <= TRAY_CAPACITY:
            raise PrintQueueError(f"a job has 1 to {TRAY_CAPACITY} pages, not {pages}")
        with self._lock:
            printer = self._printer(name)
            job = Job(next(self._numbers), document, pages)
            printer.waiting.append(job)
            printer.print_what_fits()
            return job

    def load(self, name, sheets):
        """Put paper into the tray; what waited for it is printed."""
        with self._lock:
            printer = self._printer(name)
            if sheets < 1:
                raise PrintQueueError("load at least one sheet")
            if printer.sheets + sheets > TRAY_CAPACITY:
                raise PrintQueueError(f"the tray holds {TRAY_CAPACITY} sheets, {printer.sheets} are in it")
            printer.sheets += sheets
            printer.print_what_fits()

    def _printer(self, name):
        try:
            return self._printers[name]
        except KeyError:
            raise NoSuchPrinter(f"there is no printer {name!r}") from None
