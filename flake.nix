{
  description = "Runs a verb over the projects of a monorepo built with Nix";

  outputs =
    { self }:
    let
      # Taken from its folder and not as an input: it is a part of this repository,
      # so that there is nothing to lock.
      hostpkgs = (import ./nix/hostpkgs/flake.nix).outputs { self = hostpkgs; };
    in
    {
      inherit (hostpkgs) checks;
    };
}
