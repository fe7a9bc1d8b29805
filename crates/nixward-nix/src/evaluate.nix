# What nixward asks of a flake, in one evaluation: `query` is made by query_expression.rs, `outputs` are the flake's.
#
# Each answer is null (absent), { failed = true; }, { other = TYPE; }, { present = true; }, { derivation = …; } or
# { app = …; }; what has a name of several parts is a list of { path, answer }. `tryEval` catches what `throw` and
# `assert` break; whatever else fails kills the evaluation. With a `token` the units (packages, checks, others) are
# answered strictly one after the other, each in a line on standard error, so that what is known when the evaluation
# dies is not lost, and another can go on behind the culprit (`only`).
query: outputs:
let
  inherit (builtins)
    all any attrNames concatStringsSep deepSeq filter foldl' genList getContext hasAttr head isAttrs isList isString
    length listToAttrs mapAttrs match parseDrvName replaceStrings split stringLength substring tail tryEval typeOf
    unsafeDiscardStringContext
    ;

  valueOr = default: value: let result = tryEval value; in if result.success then result.value else default;
  stringOr = default: value: let text = valueOr default value; in if isString text then unsafeDiscardStringContext text else default;
  fold = replaceStrings [ "_" ] [ "-" ];
  system = query.system;
  ofSystem = name: let set = outputs.${name}.${system} or { }; in if isAttrs set then set else { };
  packages = ofSystem "packages";
  checks = ofSystem "checks";
  devShells = ofSystem "devShells";
  apps = ofSystem "apps";

  isDerivation = value: isAttrs value && (value.type or null) == "derivation";

  # A path of attribute names below a value, as a list of no or one value.
  below = path: value:
    if path == [ ] then [ value ]
    else if isAttrs value && hasAttr (head path) value then below (tail path) value.${head path}
    else [ ];

  outputPath = derivation: output: unsafeDiscardStringContext (derivation.${output}.outPath or derivation.outPath);
  wantedOutputs = derivation:
    let
      selected = derivation.outputName or "out";
      declared = derivation.meta.outputsToInstall or null;
    in
    if (derivation.outputSpecified or false) || !(isList declared) then [ selected ] else declared;

  image = derivation:
    let
      name = derivation.imageName or derivation.passthru.imageName or null;
      tag = derivation.imageTag or derivation.passthru.imageTag or null;
    in
    if !(isString name) then null
    else {
      name = unsafeDiscardStringContext name;
      tag = if isString tag then unsafeDiscardStringContext tag else null;
      kind =
        if derivation ? copyToDockerDaemon then "nix2container"
        else if derivation.isExe or derivation.passthru.isExe or false then "stream"
        else "archive";
    };

  describe = derivation: {
    name = unsafeDiscardStringContext (derivation.name or "");
    drvPath = unsafeDiscardStringContext (derivation.drvPath or (throw "it has no drvPath"));
    outputs = listToAttrs (map (output: { name = output; value = outputPath derivation output; })
      (wantedOutputs derivation ++ [ (derivation.outputName or "out") ]));
    programOutput = derivation.outputName or "out";
    program = unsafeDiscardStringContext
      (derivation.meta.mainProgram or derivation.pname or (parseDrvName (derivation.name or "")).name);
    image = image derivation;
  };

  answer = depth: values:
    let
      found = tryEval (values == [ ]);
      value = head values;
      kind = tryEval (if isDerivation value then "derivation" else typeOf value);
      described = let set = describe value; in tryEval (deepSeq set set);
    in
    if depth == "nothing" then null
    else if !found.success then { failed = true; }
    else if found.value then null
    else if !kind.success then { failed = true; }
    else if kind.value != "derivation" then { other = kind.value; }
    else if depth == "presence" then { present = true; }
    else if described.success then { derivation = described.value; }
    else { failed = true; };

  describeApp = app: if (app.type or null) != "app" then throw "its type is not \"app\"" else {
    program = unsafeDiscardStringContext app.program;
    derivations = mapAttrs (_: context: context.outputs) (filterContext (getContext app.program));
  };
  filterContext = context:
    listToAttrs (map (name: { inherit name; value = context.${name}; }) (filter (name: context.${name} ? outputs) (attrNames context)));

  answerApp = depth: values:
    let described = let set = describeApp (head values); in tryEval (deepSeq set set); in
    if depth == "nothing" || values == [ ] then null
    else if depth == "presence" then { present = true; }
    else if described.success then { app = described.value; }
    else { failed = true; };

  # Paths inside the flake's source, without the store path that the source has at the moment.
  inSource = text:
    let parts = if text == null then null else match "${builtins.storeDir}/[^/]+/(.*)" text;
    in if text == null then null else if parts == null then text else head parts;
  position = package: inSource (stringOr null (package.meta.position or null));
  snowfallPath = package:
    let path = valueOr null (package.meta.snowfall.path or null); in
    if path == null then null else inSource (stringOr null (toString path));

  names = filter (name: name != "default") (attrNames packages);

  # The packages that are asked for. A name that finds nothing may be a folder whose package has another name.
  wantedSet = listToAttrs (map (name: { inherit name; value = true; }) query.packages);
  foundSet = listToAttrs (map (name: { name = fold name; value = true; }) names);
  isWanted = name: hasAttr (fold name) wantedSet;
  allNamesFound = all (name: hasAttr name foundSet) query.packages;
  isBelow = path: folder: path == folder || substring 0 (stringLength folder + 1) path == folder + "/";
  isInWantedFolder = name:
    let
      path = valueOr null (position packages.${name});
      snowfall = valueOr null (snowfallPath packages.${name});
    in
    any (folder: (path != null && isBelow path folder) || (snowfall != null && isBelow snowfall folder)) query.folders;
  resolvedNames =
    if query.packages == null then names
    else filter (name: isWanted name || (!allNamesFound && query.folders != [ ] && isInWantedFolder name)) names;
  chosenNames = if query.only == null then resolvedNames else query.only.packages;

  # A check belongs to the package whose name it has, or begins with: the longest such name.
  namesByFolded = listToAttrs (map (name: { name = fold name; value = name; }) names);
  owner = check:
    let
      parts = filter isString (split "[-.]" (fold check));
      prefixes = genList (index: concatStringsSep "-" (take (length parts - index) parts)) (length parts);
      take = count: list: genList (builtins.elemAt list) count;
    in
    if hasAttr check packages then check
    else foldl' (found: prefix: if found != null then found else namesByFolded.${prefix} or null) null ([ (fold check) ] ++ prefixes);

  lacksAttributes = package: all (path: valueOr true (below path package == [ ])) query.fallbackAttributes;
  isChosen = listToAttrs (map (name: { inherit name; value = true; }) chosenNames);
  mayWantCheck = check:
    let of = owner check; in
    query.checkScope == "owned-and-unowned" || (of != null && isChosen ? ${of});
  # Only with its package already answered: to look into one that is broken would make the check the culprit.
  wantsCheck = check:
    let of = owner check; in
    query.checkScope != "fallback" || of == null || !(isChosen ? ${of}) || lacksAttributes packages.${of};
  # The list of units must not depend on what a package says: one that is broken would break the list.
  possibleChecks =
    if query.only != null then query.only.checks
    else if query.checks == "nothing" then [ ]
    else filter mayWantCheck (attrNames checks);
  chosenChecks = filter wantsCheck possibleChecks;
  answerCheck = check: { owner = owner check; answer = answer query.checks [ checks.${check} ]; };

  sameName = set: name:
    if hasAttr name set then [ set.${name} ]
    else let same = filter (other: fold other == fold name) (attrNames set); in
      if length same == 1 then [ set.${head same} ] else [ ];

  # `passthru.tests` as nixpkgs has it: derivations, sets of them that ask to be looked into, and helpers beside them.
  testAnswers = prefix: tests: builtins.concatMap (name:
    let
      test = tests.${name};
      kind = tryEval (
        if isDerivation test then "derivation"
        else if isAttrs test && (test.recurseForDerivations or false) then "set"
        else "other");
    in
    if !kind.success then [ { path = prefix ++ [ name ]; answer = { failed = true; }; } ]
    else if kind.value == "derivation" then [ { path = prefix ++ [ name ]; answer = answer query.tests [ test ]; } ]
    else if kind.value == "set" then testAnswers (prefix ++ [ name ]) test
    else [ ]) (attrNames tests);

  answersOf = name:
    let
      package = packages.${name};
      shell = sameName devShells name;
      tests = valueOr { } (let set = package.tests or { }; in if isAttrs set then set else { });
      testsFail = !(tryEval (isAttrs (package.tests or { }))).success;
      wantsTests = query.tests != "nothing" && (query.checkScope != "fallback" || lacksAttributes package);
      attributes = map (path: { inherit path; answer = answer query.attributeDepth (below path package); }) query.attributes;
      lacksOne = any (attribute: attribute.answer == null) attributes;
    in
    {
      itself = answer (if query.itselfWithoutDevShell && shell != [ ] then "nothing" else query.itself) [ package ];
      app = answerApp query.app (if hasAttr name apps then [ apps.${name} ] else [ ]);
      devShell = answer query.devShell shell;
      inherit attributes;
      tests = if wantsTests then testAnswers [ ] tests else [ ];
      testsFailed = if wantsTests && testsFail then { failed = true; } else null;
      position = if query.places then valueOr null (position package) else null;
      snowfallPath = if query.places then valueOr null (snowfallPath package) else null;
      description = if query.places then stringOr null (package.meta.description or null) else null;
      passthru = if lacksOne then valueOr [ ] (attrNames (package.passthru or { })) else [ ];
    };

  # What `nix flake check` evaluates besides packages and checks, each by its attribute.
  otherUnits =
    if !query.wholeFlake then [ ]
    else
      map (name: [ "packages" system name ]) (attrNames packages)
      ++ map (name: [ "devShells" system name ]) (attrNames devShells)
      ++ map (name: [ "apps" system name ]) (attrNames apps)
      ++ (if outputs ? formatter.${system} then [ [ "formatter" system ] ] else [ ])
      ++ map (name: [ "nixosConfigurations" name "config" "system" "build" "toplevel" ]) (namesOf "nixosConfigurations")
      ++ map (name: [ "overlays" name ]) (namesOf "overlays");
  namesOf = output: let set = outputs.${output} or { }; in if isAttrs set then attrNames set else [ ];
  chosenOthers = if query.only == null then otherUnits else query.only.others;
  answerOther = path:
    if head path == "apps" then answerApp "full" (below path outputs)
    else if head path == "overlays" then answerFunction (below path outputs)
    else answer "full" (below path outputs);
  systems = valueOr [ ] (namesOf "packages");

  begun.begun = {
    inherit names systems;
    units = if query.only != null then null else {
      packages = chosenNames;
      checks = map (name: { inherit name; owner = owner name; }) possibleChecks;
      others = chosenOthers;
    };
  };
  steps =
    map (name: { package = { inherit name; answer = answersOf name; }; }) chosenNames
    ++ map (name: { check = { inherit name; answer = if wantsCheck name then answerCheck name else null; }; }) possibleChecks
    ++ map (path: { other = { inherit path; answer = answerOther path; }; }) chosenOthers;
  say = line: builtins.trace "${query.token} ${builtins.toJSON line}" null;

  answerFunction = values:
    let isOne = tryEval (builtins.isFunction (head values)); in
    if !isOne.success then { failed = true; } else if isOne.value then { present = true; } else { other = typeOf (head values); };
in
if query.token != null then foldl' (_: line: say line) null ([ begun ] ++ map (said: { inherit said; }) steps)
else {
  inherit names systems;
  packages = listToAttrs (map (name: { inherit name; value = answersOf name; }) chosenNames);
  checks = listToAttrs (map (name: { inherit name; value = answerCheck name; }) chosenChecks);
  others = map (path: { inherit path; answer = answerOther path; }) chosenOthers;
}
