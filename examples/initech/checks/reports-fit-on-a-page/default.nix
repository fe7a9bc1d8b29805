# A check of no single project: what tps-report writes, stapler gets onto one page.
{ pkgs, ... }:

pkgs.runCommand "check-reports-fit-on-a-page"
  {
    nativeBuildInputs = [
      pkgs.initech.tps-report
      pkgs.initech.stapler
    ];
  }
  ''
    for item in 1 2 3 4 5 6 7 8 9 10; do
      echo "[x] item $item"
    done > items
    tps-report -a Peter -d 1999-02-19 items > report
    pages=$(stapler -c report)
    if [ "$pages" != "1 report" ]; then
      echo "ten items take more than a page: $pages"
      exit 1
    fi
    touch $out
  ''
