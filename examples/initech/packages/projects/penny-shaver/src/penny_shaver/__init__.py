"""Interest with the fractions of a cent rounded down, and where the remainder goes."""

from penny_shaver.interest import Statement, credit_interest

__all__ = ["Statement", "credit_interest"]
