"""next-tps-report [NOW]: print when the next report is due."""

import argparse
from datetime import datetime

from random_python_project.schedule import next_report


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="next-tps-report", description="Print when the next TPS report is due."
    )
    parser.add_argument(
        "now",
        nargs="?",
        type=datetime.fromisoformat,
        default=datetime.now(),
        help="another time than now, such as 1999-02-19T16:30",
    )
    due = next_report(parser.parse_args(arguments).now)
    print(f"{due:%A %Y-%m-%d %H:%M}")


if __name__ == "__main__":
    main()
