//! What holds for every workspace, whatever its projects are called and whatever Nix says of them.

mod arbitrary;
mod names;
mod ordering;
mod planning;
mod resolving;
mod selecting;
