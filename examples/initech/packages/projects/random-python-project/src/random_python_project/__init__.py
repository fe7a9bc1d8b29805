"""When the next TPS report is due."""

from random_python_project.schedule import next_report, reports_between

__all__ = ["next_report", "reports_between"]
