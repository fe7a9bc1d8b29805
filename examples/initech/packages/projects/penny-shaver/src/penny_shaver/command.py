"""The program: a CSV file of accounts in, a statement out."""

import argparse
import csv
import sys
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from penny_shaver.interest import Statement, credit_interest


def read_balances(lines: Iterable[str]) -> dict[str, int]:
    """`name,balance` a line, the balance with cents or without."""
    balances: dict[str, int] = {}
    for number, row in enumerate(csv.reader(lines), start=1):
        if not row:
            continue
        if len(row) != 2:
            raise ValueError(f"line {number}: wanted a name and a balance, got {len(row)} fields")
        name, text = row[0].strip(), row[1].strip()
        if name in balances:
            raise ValueError(f"line {number}: there is an account {name!r} already")
        balances[name] = _cents(text, number)
    return balances


def _cents(text: str, number: int) -> int:
    try:
        cents = Decimal(text) * 100
        whole = int(cents)
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"line {number}: {text!r} is no amount") from None
    if cents != whole:
        raise ValueError(f"line {number}: {text!r} has fractions of a cent already")
    return whole


def format_statement(statement: Statement) -> str:
    width = max(map(len, ["rounded off", *statement.credited]))
    lines = [f"{name:<{width}}  {_money(cents):>12}" for name, cents in statement.credited.items()]
    lines.append("-" * (width + 14))
    lines.append(f"{'credited':<{width}}  {_money(statement.total):>12}")
    lines.append(f"{'rounded off':<{width}}  {_money(statement.whole_cents_shaved):>12}")
    return "\n".join(lines)


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="penny-shaver", description=__doc__)
    parser.add_argument("--rate", type=_decimal, default=Decimal("2.5"), help="percent a year (%(default)s)")
    parser.add_argument("--days", type=int, default=1, help="how many days (%(default)s)")
    parser.add_argument(
        "accounts", nargs="?", default="-", help="a CSV file of names and balances; - is standard input"
    )
    options = parser.parse_args(arguments)
    try:
        if options.accounts == "-":
            balances = read_balances(sys.stdin)
        else:
            with open(options.accounts, newline="") as file:
                balances = read_balances(file)
        statement = credit_interest(balances, options.rate, options.days)
    except (OSError, OverflowError, ValueError) as error:
        sys.exit(f"penny-shaver: {error}")
    print(format_statement(statement))


if __name__ == "__main__":
    main()
