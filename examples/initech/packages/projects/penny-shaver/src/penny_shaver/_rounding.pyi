from collections.abc import Sequence

UNITS_PER_CENT: int

def shave(balances: Sequence[int], rate: int, days: int) -> tuple[list[int], int]: ...
