# One file of a Python package index as a fixed-output derivation.
#
# The builder is the host's Python, not the one of this set: a download needs
# nothing that must be relocated, and all of them can start at once. Which index,
# certificates and proxy are used is the machine's own pip configuration; the
# output is decided by the hash alone.
{ lib, system }:

{
  packageName,
  fileName,
  # In hexadecimal, as poetry.lock has it.
  sha256,
  indexUrl ? "",
  fileUrl ? "",
}:

let
  # What a store path may be named; wheels of local versions have other letters.
  allowed = character: builtins.match "[a-zA-Z0-9+._?=-]" character != null;
  characters = builtins.filter (part: part != "" && builtins.isString part) (
    builtins.split "" fileName
  );
  safeName = builtins.concatStringsSep "" (map (c: if allowed c then c else "-") characters);
in
derivation {
  name = safeName;
  inherit
    system
    packageName
    fileName
    sha256
    indexUrl
    fileUrl
    ;
  builder = "/usr/bin/python3";
  # Isolated: neither the caller's PYTHONPATH nor a user's own packages.
  args = [
    "-I"
    ./fetch_from_index.py
  ];
  outputHash = sha256;
  outputHashAlgo = "sha256";
  outputHashMode = "flat";
  preferLocalBuild = true;
  impureEnvVars = [
    "HOME"
    "XDG_CONFIG_HOME"
    "XDG_CONFIG_DIRS"
    "NETRC"
    "PIP_CONFIG_FILE"
    "PIP_INDEX_URL"
    "PIP_EXTRA_INDEX_URL"
    "PIP_NO_INDEX"
    "PIP_FIND_LINKS"
    "PIP_TRUSTED_HOST"
    "PIP_CERT"
    "PIP_CLIENT_CERT"
    "PIP_PROXY"
    "PIP_TIMEOUT"
    "PIP_DEFAULT_TIMEOUT"
    "PIP_RETRIES"
    "PIP_KEYRING_PROVIDER"
    "SSL_CERT_FILE"
    "SSL_CERT_DIR"
    "REQUESTS_CA_BUNDLE"
    "CURL_CA_BUNDLE"
    "NIX_SSL_CERT_FILE"
  ]
  ++ lib.fetchers.proxyImpureEnvVars;
}
