from decimal import Decimal
from fractions import Fraction

import pytest
from penny_shaver import _rounding, credit_interest


def test_the_inner_loop_is_the_compiled_one():
    assert _rounding.__file__.endswith(".abi3.so")


def test_a_fraction_is_rounded_down_and_kept():
    statement = credit_interest({"initech": 100_000_00}, Decimal("2.5"), days=1)
    # 684 and 34/36.5 cents
    assert statement.credited == {"initech": 684}
    assert statement.shaved == Fraction(10_000_000 * 25, 1000 * 365) - 684
    assert statement.whole_cents_shaved == 0


def test_many_fractions_are_whole_cents():
    accounts = {f"account {number}": 12_345_67 for number in range(10_000)}
    statement = credit_interest(accounts, Decimal("2.5"), days=1)
    # Each of them is credited 84 of 84.559… cents.
    assert statement.total == 84 * 10_000
    assert statement.whole_cents_shaved == 5_593


@pytest.mark.parametrize("rate", ["0", "0.0001", "2.5", "19.99", "4294.9672"])
@pytest.mark.parametrize("days", [0, 1, 30, 365, 36_500])
def test_nothing_is_lost(rate, days):
    balances = {str(cents): cents for cents in [0, 1, 99, 100, 12_345, 10**12 + 7]}
    statement = credit_interest(balances, Decimal(rate), days)
    owed = {
        name: Fraction(cents) * Fraction(rate) / 100 * days / 365 for name, cents in balances.items()
    }
    assert statement.credited == {name: int(interest) for name, interest in owed.items()}
    assert statement.total + statement.shaved == sum(owed.values())


def test_no_accounts_no_interest():
    statement = credit_interest({}, Decimal("2.5"), days=1)
    assert (statement.total, statement.shaved) == (0, 0)


@pytest.mark.parametrize(
    ("balance", "rate", "days", "reason"),
    [
        (-1, "2.5", 1, "overdrawn"),
        (1, "-2.5", 1, "no rate"),
        (1, "2.50001", 1, "no rate"),
        (1, "NaN", 1, "no rate"),
        (1, "2.5", -1, "no -1 days"),
    ],
)
def test_what_makes_no_sense_is_refused(balance, rate, days, reason):
    with pytest.raises(ValueError, match=reason):
        credit_interest({"milton": balance}, Decimal(rate), days)


def test_too_much_is_an_overflow():
    with pytest.raises(OverflowError, match="more interest than a bank could pay"):
        credit_interest({"initech": 2**64 - 1}, Decimal("4294.9672"), days=1000)
    with pytest.raises(OverflowError):
        credit_interest({"initech": 2**64}, Decimal("2.5"), days=1)
