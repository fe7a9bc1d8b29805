//! The inner loop of `penny_shaver`: interest, account by account, in whole cents.
//!
//! All of it is exact: amounts are whole cents, rates whole millionths, and the
//! fractions that are rounded off are counted in units of 1/[`UNITS_PER_CENT`] cent.

use pyo3::pymodule;

/// A year's interest at one millionth on one cent, for one day, is one unit.
const UNITS_PER_CENT: u128 = 365 * 1_000_000;

/// What became of the interest of many accounts.
struct Shaving {
    /// For each account, rounded down.
    credited: Vec<u64>,
    /// What was rounded off, of all accounts together.
    units: u128,
}

impl Shaving {
    /// `None` where an account's interest is beyond what 64 bits can count.
    fn of(balances: &[u64], rate: u32, days: u32) -> Option<Self> {
        // 64 + 32 + 32 bits: the product cannot overflow.
        let factor = u128::from(rate) * u128::from(days);
        let mut units = 0;
        let credited = balances
            .iter()
            .map(|&balance| {
                let interest = u128::from(balance) * factor;
                units += interest % UNITS_PER_CENT;
                u64::try_from(interest / UNITS_PER_CENT).ok()
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self { credited, units })
    }
}

#[pymodule]
mod _rounding {
    use pyo3::{Bound, PyResult, Python, exceptions::PyOverflowError, pyfunction, types::PyModule};

    use super::{Shaving, UNITS_PER_CENT};

    /// Interest on balances in cents, at a yearly rate in millionths, for some days.
    ///
    /// Returns what each account is credited, and how many units of
    /// 1/UNITS_PER_CENT cent were rounded off.
    #[pyfunction]
    fn shave(
        py: Python<'_>,
        balances: Vec<u64>,
        rate: u32,
        days: u32,
    ) -> PyResult<(Vec<u64>, u128)> {
        // Nothing of Python is touched meanwhile, so other threads may run.
        py.detach(|| Shaving::of(&balances, rate, days))
            .map(|shaving| (shaving.credited, shaving.units))
            .ok_or_else(|| PyOverflowError::new_err("more interest than a bank could pay"))
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        use pyo3::types::PyModuleMethods as _;
        module.add("UNITS_PER_CENT", UNITS_PER_CENT)
    }
}
