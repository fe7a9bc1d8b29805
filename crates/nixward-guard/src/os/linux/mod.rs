//! Linux.

mod confine;
mod family;
mod isolation;
mod mount_table;
mod process_table;

pub(crate) use confine::{confine, plan_confinement};
pub(crate) use family::{Family, end_orphans, kill_all_descendants};
pub(crate) use isolation::{
    ParentWatch, StartTurn, adopt_orphans, close_inherited_files, set_process_name,
};
