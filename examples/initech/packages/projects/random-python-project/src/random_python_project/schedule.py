"""TPS reports are due on Fridays at 17:00. Snaptime knows where Fridays are."""

from snaptime import snap

LATEST_FRIDAY = "@w5"
CLOSE_OF_BUSINESS = "+17h"
A_WEEK_LATER = "+7d"


def next_report(now):
    """The first due time after `now`; a report handed in on time was just in time."""
    due = snap(now, LATEST_FRIDAY + CLOSE_OF_BUSINESS)
    return due if due > now else snap(due, A_WEEK_LATER)


def reports_between(start, end):
    """All due times after `start`, up to and including `end`."""
    due = next_report(start)
    while due <= end:
        yield due
        due = snap(due, A_WEEK_LATER)
