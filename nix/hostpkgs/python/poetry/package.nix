# One package of a lock: which of its files is taken, and how it becomes a derivation.
{
  lib,
  system,
  glibcVersion,
  fetchFromIndex,
}:
let
  wheels = import ../standards/wheels.nix;

  sourceSuffixes = [
    ".tar.gz"
    ".tgz"
    ".tar.bz2"
    ".tar.xz"
    ".zip"
  ];
  isSource = file: builtins.any (suffix: lib.hasSuffix suffix file.file) sourceSuffixes;

  sha256Of =
    package: file:
    let
      groups = builtins.match "sha256:([0-9a-f]{64})" file.hash;
    in
    if groups == null then
      throw "poetry.lock gives ${file.file} of ${package} the hash ${file.hash}; a sha256 is needed"
    else
      builtins.head groups;
in
{
  # The set that the package is part of, overrides included.
  self,
  python,
  # An entry of lock.nix, and what it reads.
  entry,
  lock,
  # The folder that relative sources are relative to.
  pwd,
  preferWheels,
}:
let
  source = entry.source or { };
  kind = source.type or "index";

  fetch =
    file:
    fetchFromIndex {
      packageName = entry.name;
      fileName = file.file;
      sha256 = sha256Of entry.name file;
      indexUrl = lib.optionalString (kind == "legacy") source.url;
      fileUrl = lib.optionalString (kind == "url") source.url;
    };

  wheel = wheels.select {
    inherit system glibcVersion;
    inherit (python) pythonVersion;
  } entry.files;
  sources = builtins.filter isSource entry.files;
  sdist = if sources == [ ] then null else builtins.head sources;

  nothingFits = throw (
    "poetry.lock has no file of ${entry.name} ${entry.version} that Python ${python.pythonVersion} "
    + "on ${system} can use: neither a source distribution nor a wheel for it"
  );

  fromFiles =
    preferWheel:
    let
      # What builds wheels cannot be built without itself.
      first = if preferWheel || entry.name == "wheel" then wheel else sdist;
      second = if preferWheel || entry.name == "wheel" then sdist else wheel;
      file =
        if first != null then
          first
        else if second != null then
          second
        else
          nothingFits;
    in
    {
      format = if lib.hasSuffix ".whl" file.file then "wheel" else "poetry2nix";
      src = fetch file;
    };

  local = pwd + "/${source.url}";
  checkout = builtins.fetchGit {
    inherit (source) url;
    rev = source.resolved_reference or source.reference;
    allRefs = true;
    submodules = true;
  };

  fromElsewhere = {
    git = {
      format = "poetry2nix";
      src = checkout + lib.optionalString (source ? subdirectory) "/${source.subdirectory}";
    };
    directory = {
      format = "poetry2nix";
      src = builtins.path {
        path = local;
        name = "source";
      };
      # What the lock describes is the project's own code: it says how it is built.
      declaredBuildTools = true;
    };
    file = {
      format = if lib.hasSuffix ".whl" source.url then "wheel" else "poetry2nix";
      src = local;
    };
  };
in
self.buildPythonPackage (
  {
    pname = entry.name;
    inherit (entry) version;
    doCheck = false;
    propagatedBuildInputs = map (name: self.${name}) (
      lock.activeNames (builtins.attrNames (entry.extras or { })) (entry.dependencies or { })
    );
    meta = lib.optionalAttrs (entry.description or "" != "") { inherit (entry) description; };
  }
  // (
    if fromElsewhere ? ${kind} then
      fromElsewhere.${kind}
    else
      fromFiles preferWheels // { chooseSource = fromFiles; }
  )
)
