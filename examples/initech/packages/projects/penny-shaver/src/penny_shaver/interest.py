"""Interest on many accounts at once: exact, in whole cents, nothing lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from penny_shaver import _rounding

MILLIONTHS = 1_000_000


@dataclass(frozen=True)
class Statement:
    """What each account is credited, in cents, and what was rounded off."""

    credited: Mapping[str, int]
    shaved: Fraction

    @property
    def total(self) -> int:
        return sum(self.credited.values())

    @property
    def whole_cents_shaved(self) -> int:
        """What there is to transfer; the rest waits for more of its kind."""
        return int(self.shaved)


def credit_interest(balances: Mapping[str, int], percent: Decimal, days: int) -> Statement:
    """Interest on balances in cents, at `percent` a year, for `days` days.

    A year has 365 days, and a rate at most four decimal places.
    """
    for name, cents in balances.items():
        if cents < 0:
            raise ValueError(f"the account {name!r} is overdrawn, and owes interest instead")
    if days < 0:
        raise ValueError(f"there are no {days} days")
    credited, units = _rounding.shave(list(balances.values()), _rate_in_millionths(percent), days)
    return Statement(
        credited=dict(zip(balances, credited, strict=True)),
        shaved=Fraction(units, _rounding.UNITS_PER_CENT),
    )


def _rate_in_millionths(percent: Decimal) -> int:
    millionths = percent / 100 * MILLIONTHS
    if not percent.is_finite() or millionths != int(millionths) or millionths < 0:
        raise ValueError(f"{percent} % is no rate: it has at most four decimal places, and no sign")
    return int(millionths)
