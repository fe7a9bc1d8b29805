# What of the caller's environment a download by Cargo may depend on. The output
# is decided by its hash alone.
{ lib }:
[
  "HOME"
  "CARGO_HOME"
  "CARGO_HTTP_CAINFO"
  "CARGO_HTTP_CHECK_REVOKE"
  "CARGO_HTTP_MULTIPLEXING"
  "CARGO_HTTP_PROXY"
  "CARGO_HTTP_PROXY_CAINFO"
  "CARGO_HTTP_TIMEOUT"
  "CARGO_NET_OFFLINE"
  "CARGO_NET_RETRY"
  "CARGO_REGISTRIES_CRATES_IO_PROTOCOL"
  "SSL_CERT_FILE"
  "SSL_CERT_DIR"
  "NIX_SSL_CERT_FILE"
]
++ lib.fetchers.proxyImpureEnvVars
