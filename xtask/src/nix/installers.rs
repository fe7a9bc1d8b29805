//! What to say where no Nix can be made.

use crate::Stop;

/// The end of `cargo xtask nix` on a machine where it can do nothing: why, and what people do there instead.
pub(super) fn suggest(why: &str) -> Stop {
    Stop::no_nix(format!(
        "no Nix can be made here: {why}

Install one yourself, then run this command again. Either of these is usual:

  the official installer
    sh <(curl --proto '=https' --tlsv1.2 -L https://nixos.org/nix/install) --no-daemon    # one user
    sh <(curl --proto '=https' --tlsv1.2 -L https://nixos.org/nix/install) --daemon       # many users, Linux and macOS

  the Determinate installer
    curl -fsSL https://install.determinate.systems/nix | sh -s -- install

nixward works with each of them."
    ))
}
