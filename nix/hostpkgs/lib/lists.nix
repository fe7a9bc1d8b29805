# Functions about lists.
{ lib }:
let
  inherit (builtins)
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    length
    tail
    ;
in
rec {
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isList
    length
    partition
    sort
    tail
    ;
  map = builtins.map;

  singleton = x: [ x ];
  forEach = xs: f: map f xs;
  foldr =
    op: start: list:
    let
      count = length list;
      go = n: if n == count then start else op (elemAt list n) (go (n + 1));
    in
    go 0;
  fold = foldr;
  # Lazy in the accumulator, as nixpkgs' is.
  foldl =
    op: start: list:
    let
      go = n: if n == -1 then start else op (go (n - 1)) (elemAt list n);
    in
    go (length list - 1);
  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  imap1 = f: list: genList (n: f (n + 1) (elemAt list n)) (length list);
  ifilter0 = predicate: list: map (n: elemAt list n) (filter (n: predicate n (elemAt list n)) (genList (n: n) (length list)));
  flatten = x: if isList x then builtins.concatMap flatten x else [ x ];
  remove = e: filter (x: x != e);
  findSingle =
    predicate: none: several: list:
    let
      found = filter predicate list;
    in
    if found == [ ] then
      none
    else if length found == 1 then
      head found
    else
      several;
  findFirstIndex =
    predicate: default: list:
    let
      # A strict fold, for lists longer than Nix recurses deep: counts down to -1
      # until an element is found, whose index the state then is.
      state = foldl' (
        n: x:
        if n >= 0 then
          n
        else if predicate x then
          -n - 1
        else
          n - 1
      ) (-1) list;
    in
    if state < 0 then default else state;
  findFirst =
    predicate: default: list:
    let
      index = findFirstIndex predicate null list;
    in
    if index == null then default else elemAt list index;
  count = predicate: list: length (filter predicate list);
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: xs: if condition then xs else [ ];
  toList = x: if isList x then x else [ x ];
  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  replicate = n: x: genList (_: x) n;
  zipListsWith =
    f: xs: ys:
    genList (n: f (elemAt xs n) (elemAt ys n)) (lib.min (length xs) (length ys));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  reverseList =
    xs:
    let
      count = length xs;
    in
    genList (n: elemAt xs (count - n - 1)) count;
  sortOn =
    f: list: map (pair: elemAt pair 1) (builtins.sort (a: b: head a < head b) (map (x: [ (f x) x ]) list));
  compareLists =
    compare: a: b:
    if a == [ ] then
      if b == [ ] then 0 else -1
    else if b == [ ] then
      1
    else
      let
        first = compare (head a) (head b);
      in
      if first == 0 then compareLists compare (tail a) (tail b) else first;
  naturalSort =
    list:
    let
      parts = text: map (x: if isList x then lib.toInt (head x) else x) (builtins.filter (x: x != "") (builtins.split "(0|[1-9][0-9]*)" text));
      less = a: b: compareLists compareParts (head a) (head b) < 0;
      compareParts =
        a: b:
        if builtins.typeOf a == builtins.typeOf b then lib.compare a b else lib.compare (toString a) (toString b);
    in
    map (pair: elemAt pair 1) (builtins.sort less (map (x: [ (parts x) x ]) list));
  take = count: sublist 0 count;
  takeEnd = n: xs: drop (lib.max 0 (length xs - n)) xs;
  drop = count: list: sublist count (length list) list;
  dropEnd = n: xs: take (lib.max 0 (length xs - n)) xs;
  sublist =
    start: count: list:
    let
      total = length list;
    in
    genList (n: elemAt list (n + start)) (
      if start >= total then
        0
      else if start + count > total then
        total - start
      else
        count
    );
  hasPrefix = prefix: list: take (length prefix) list == prefix;
  removePrefix =
    prefix: list:
    if hasPrefix prefix list then drop (length prefix) list else throw "lists.removePrefix: the first list is no start of the second";
  commonPrefix =
    a: b:
    let
      pairs = zipLists a b;
      index = findFirstIndex (p: p.fst != p.snd) (length pairs) pairs;
    in
    take index a;
  last = list: if list == [ ] then throw "lists.last: list must not be empty!" else elemAt list (length list - 1);
  init = list: if list == [ ] then throw "lists.init: list must not be empty!" else take (length list - 1) list;
  crossLists = f: foldl' (fs: args: builtins.concatMap (f: map f args) fs) [ f ];
  unique = foldl' (all: x: if elem x all then all else all ++ [ x ]) [ ];
  uniqueStrings = list: builtins.attrNames (builtins.groupBy lib.id list);
  allUnique = list: length (unique list) == length list;
  intersectLists = e: filter (x: elem x e);
  subtractLists = e: filter (x: !(elem x e));
  mutuallyExclusive = a: b: length a == 0 || !(builtins.any (x: elem x a) b);
  concat = xs: ys: xs ++ ys;
  # What `before` puts first comes first: { result; }, or { cycle; loops; }.
  toposort =
    before: list:
    let
      go =
        done: rest:
        if rest == [ ] then
          { result = done; }
        else
          let
            index = findFirstIndex (x: !(builtins.any (y: before y x) rest)) null rest;
          in
          if index == null then
            {
              cycle = rest;
              loops = filter (x: before x x) rest;
            }
          else
            go (done ++ [ (elemAt rest index) ]) (take index rest ++ drop (index + 1) rest);
    in
    go [ ] list;
  replaceElemAt =
    list: index: value:
    if index < 0 || index >= length list then
      throw "lists.replaceElemAt: there is no index ${toString index} in a list of ${toString (length list)}"
    else
      genList (n: if n == index then value else elemAt list n) (length list);
  concatAttrValues = set: builtins.concatLists (builtins.attrValues set);
  # Depth first from the first element: { visited; rest; }, or { cycle; loops; visited; rest; }.
  listDfs =
    stopOnCycles: before: list:
    let
      go =
        current: visited: rest:
        let
          cycles = filter (x: before x current) visited;
          below = builtins.partition (x: before x current) rest;
        in
        if stopOnCycles && cycles != [ ] then
          {
            cycle = current;
            loops = cycles;
            inherit visited rest;
          }
        else if below.right == [ ] then
          { inherit visited rest; }
        else
          go (head below.right) ([ current ] ++ visited) (tail below.right ++ below.wrong);
    in
    go (head list) [ ] (tail list);
  groupBy' =
    op: nul: predicate: list:
    builtins.mapAttrs (_: foldl op nul) (builtins.groupBy predicate list);
}
