# runCommand, the writers of texts and scripts, joins, wrappers and shells.
final: prev:
import ./run-command.nix final
// import ./write-text.nix final
// import ./write-shell.nix final
// import ./mk-shell.nix final
