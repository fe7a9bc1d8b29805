# Which wheel of a package fits (PEP 425, 427, 600): by its file name alone.
let
  inherit (import ./versions.nix) splitOn toInt;

  # null where the name is no wheel's.
  parse =
    fileName:
    let
      groups = builtins.match ".*-([^-]+)-([^-]+)-([^-]+)[.]whl" fileName;
      tags = index: splitOn "[.]" (builtins.elemAt groups index);
    in
    if groups == null then
      null
    else
      {
        pythons = tags 0;
        abis = tags 1;
        platforms = tags 2;
      };

  formerManylinux = {
    manylinux1 = 5;
    manylinux2010 = 12;
    manylinux2014 = 17;
  };

  minimum = builtins.foldl' (
    best: next: if best == null || (next != null && next < best) then next else best
  ) null;

  anyPlatform = 1000000;

  # Smaller is better, null does not fit; the order is the one pip tries them in:
  # wheels for this platform before those for any, among them the nearest Python
  # and ABI first, then the newest C library.
  rankPlatform =
    {
      machine,
      glibcMinor,
    }:
    platform:
    let
      perennial = builtins.match "manylinux_2_([0-9]+)_${machine}" platform;
      former = builtins.match "(manylinux[0-9]+)_${machine}" platform;
      minor =
        if perennial != null then
          toInt (builtins.head perennial)
        else if former != null then
          formerManylinux.${builtins.head former} or null
        else
          null;
    in
    if platform == "any" then
      anyPlatform
    else if platform == "linux_${machine}" then
      999
    else if minor == null || minor > glibcMinor then
      null
    else
      998 - minor;

  rankPython =
    minorHere: python: abi:
    let
      minorOf =
        prefix:
        let
          groups = builtins.match "${prefix}3([0-9]*)" python;
        in
        if groups == null then
          null
        else if builtins.head groups == "" then
          0
        else
          toInt (builtins.head groups);
      cpython = minorOf "cp";
      generic = minorOf "py";
    in
    if cpython != null && cpython == minorHere && abi == "cp3${toString minorHere}" then
      0
    else if cpython != null && cpython == minorHere && abi == "none" then
      2
    else if cpython != null && 2 <= cpython && cpython <= minorHere && abi == "abi3" then
      if cpython == minorHere then 1 else 2 + minorHere - cpython
    else if generic != null && generic <= minorHere && abi == "none" then
      if generic == minorHere then
        100
      else if python == "py3" then
        101
      else
        101 + minorHere - generic
    else
      null;

  rank =
    platform: minorHere: wheel:
    let
      bestPlatform = minimum (map (rankPlatform platform) wheel.platforms);
      bestPython = minimum (
        builtins.concatMap (python: map (rankPython minorHere python) wheel.abis) wheel.pythons
      );
    in
    if bestPlatform == null || bestPython == null then
      null
    else if bestPlatform == anyPlatform && !builtins.elem "none" wheel.abis then
      null
    else
      bestPython * 1000 + bestPlatform;
in
{
  inherit parse;

  # The best of a lock's file entries ({ file, … }) for this Python; null if none fits.
  select =
    {
      system,
      pythonVersion,
      glibcVersion,
    }:
    files:
    let
      platform = {
        machine = builtins.head (builtins.match "([^-]+)-.*" system);
        glibcMinor = toInt (builtins.head (builtins.match "2[.]([0-9]+).*" glibcVersion));
      };
      minorHere = toInt (builtins.head (builtins.match "3[.]([0-9]+).*" pythonVersion));
      ranked = builtins.filter (candidate: candidate.rank != null) (
        map (entry: {
          inherit entry;
          rank =
            let
              wheel = parse entry.file;
            in
            if wheel == null then null else rank platform minorHere wheel;
        }) files
      );
      better = best: next: if best == null || next.rank < best.rank then next else best;
      best = builtins.foldl' better null ranked;
    in
    if best == null then null else best.entry;
}
