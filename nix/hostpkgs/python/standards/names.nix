# Project names as PEP 503 compares them: `Flask_SQLAlchemy` is `flask-sqlalchemy`.
let
  upper = [ "A" "B" "C" "D" "E" "F" "G" "H" "I" "J" "K" "L" "M" "N" "O" "P" "Q" "R" "S" "T" "U" "V" "W" "X" "Y" "Z" ];
  lower = [ "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z" ];
  toLower = builtins.replaceStrings upper lower;
  parts = name: builtins.filter builtins.isString (builtins.split "[-_.]+" name);
in
{
  inherit toLower;
  normalize = name: toLower (builtins.concatStringsSep "-" (parts name));
}
