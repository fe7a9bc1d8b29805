# Sources from repositories: with git where an archive has not all, else as archives.
final:
let
  inherit (final) lib;

  # What an archive does not have, so that git is needed.
  needsGit = arguments: lib.any (name: !builtins.elem (arguments.${name} or false) [ false [ ] ]) gitOptions;
  gitOptions = [
    "fetchSubmodules"
    "leaveDotGit"
    "deepClone"
    "fetchLFS"
    "forceFetchGit"
    "sparseCheckout"
  ];

  # Times, packs and logs differ with each clone, so a hash would never fit.
  gitIsNotTheSame = "what git keeps in .git is not the same each time; with leaveDotGit or deepClone, postFetch may use it and has to remove it (deepClone needs leaveDotGit = false if .git does not matter)";

  revisionOf = arguments: if arguments.tag or null != null then "refs/tags/${arguments.tag}" else arguments.rev or "HEAD";

  # One hosting service: where a repository is, and where its archives are.
  fromService =
    service: addressesOf:
    lib.makeOverridable (
      { owner, repo, ... }@arguments:
      let
        revision = revisionOf arguments;
        addresses = addressesOf (arguments // { rev = revision; });
        common =
          builtins.removeAttrs arguments (
            [
              "owner"
              "repo"
              "rev"
              "tag"
              "domain"
              "group"
              "githubBase"
              "vc"
              "private"
            ]
            ++ gitOptions
          )
          // {
            name = arguments.name or "source";
            passthru = {
              inherit owner repo;
              tag = arguments.tag or null;
              rev = revision;
              gitRepoUrl = addresses.repository;
            }
            // arguments.passthru or { };
          };
      in
      if arguments ? rev && arguments ? tag && arguments.rev != null && arguments.tag != null then
        throw "${service}: both rev and tag are given for ${owner}/${repo}"
      else if needsGit arguments then
        final.fetchgit (
          common
          # Only fetchgit itself has them unless told otherwise.
          // { fetchSubmodules = false; }
          // builtins.intersectAttrs (lib.genAttrs gitOptions (_: null)) (builtins.removeAttrs arguments [ "forceFetchGit" ])
          // {
            url = addresses.repository;
            rev = revision;
          }
        )
      else
        final.fetchzip (
          common
          // {
            url = addresses.archive;
            extension = "tar.gz";
          }
        )
    );
in
{
  # A work tree without .git, by revision or tag.
  fetchgit = lib.makeOverridable (
    {
      url,
      rev ? null,
      tag ? null,
      name ? null,
      fetchSubmodules ? true,
      deepClone ? false,
      leaveDotGit ? deepClone,
      sparseCheckout ? [ ],
      fetchLFS ? false,
      postFetch ? "",
      passthru ? { },
      meta ? { },
      ...
    }@arguments:
    let
      revision = revisionOf arguments;
    in
    if fetchLFS then
      throw "fetchgit: hostpkgs has no git-lfs (${url})"
    else if leaveDotGit && postFetch == "" then
      throw "fetchgit: ${gitIsNotTheSame} (${url})"
    else
      final.stdenvNoCC.mkDerivation (
        {
          name =
            if name != null then
              name
            else
              "${lib.removeSuffix ".git" (baseNameOf (lib.removeSuffix "/" url))}-${builtins.substring 0 7 (baseNameOf revision)}";
          inherit
            meta
            postFetch
            revision
            url
            ;
          passthru = {
            inherit tag;
            rev = revision;
            gitRepoUrl = url;
          }
          // passthru;
          nativeBuildInputs = [
            final.git
            final.cacert
          ];
          sparse = sparseCheckout;
          SSL_CERT_FILE = "${final.cacert}/etc/ssl/certs/ca-bundle.crt";
          GIT_SSL_CAINFO = "${final.cacert}/etc/ssl/certs/ca-bundle.crt";
          outputHashMode = "recursive";
          impureEnvVars = lib.fetchers.proxyImpureEnvVars;
          preferLocalBuild = true;
          buildCommand = ''
            export HOME="$NIX_BUILD_TOP" GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
            git -c init.defaultBranch=main init --quiet "$out"
            cd "$out"
            git remote add origin "$url"
            if [ -n "$sparse" ]; then
              git sparse-checkout set $sparse
            fi
            # A server may refuse a bare revision: then all of its history is had.
            if [ -n "${lib.optionalString deepClone "1"}" ] || ! git fetch --quiet --depth 1 origin "$revision"; then
              git fetch --quiet --tags origin '+refs/heads/*:refs/remotes/origin/*'
              git fetch --quiet origin "$revision" 2>/dev/null || true
              git checkout --quiet --detach "$revision"
            else
              git checkout --quiet --detach FETCH_HEAD
            fi
            ${lib.optionalString fetchSubmodules "git submodule --quiet update --init --recursive"}
            eval "$postFetch"
            ${
              if leaveDotGit then
                ''
                  if [ -n "$(find "$out" -name .git -print -quit)" ]; then
                    echo ${lib.escapeShellArg "error: fetchgit: ${gitIsNotTheSame}"} >&2
                    exit 1
                  fi
                ''
              else
                ''find "$out" -name .git -prune -exec rm -rf {} +''
            }
          '';
        }
        // final.hashOfDownload arguments
      )
  );

  fetchFromGitHub = fromService "fetchFromGitHub" (
    {
      owner,
      repo,
      rev,
      githubBase ? "github.com",
      ...
    }:
    {
      repository = "https://${githubBase}/${owner}/${repo}.git";
      archive = "https://${githubBase}/${owner}/${repo}/archive/${rev}" + ".tar.gz";
    }
  );
  fetchFromGitLab = fromService "fetchFromGitLab" (
    {
      owner,
      repo,
      rev,
      domain ? "gitlab.com",
      group ? null,
      ...
    }:
    let
      project = lib.concatStringsSep "/" (lib.optional (group != null) group ++ [ owner repo ]);
    in
    {
      repository = "https://${domain}/${project}.git";
      archive = "https://${domain}/api/v4/projects/${lib.strings.replaceStrings [ "/" "." ] [ "%2F" "%2E" ] project}/repository/archive" + ".tar.gz?sha=${lib.strings.escapeURL rev}";
    }
  );
  fetchFromGitea = fromService "fetchFromGitea" (
    {
      owner,
      repo,
      rev,
      domain,
      ...
    }:
    {
      repository = "https://${domain}/${owner}/${repo}.git";
      archive = "https://${domain}/${owner}/${repo}/archive/${rev}" + ".tar.gz";
    }
  );
  fetchFromForgejo = final.fetchFromGitea;
  fetchFromCodeberg = arguments: final.fetchFromGitea ({ domain = "codeberg.org"; } // arguments);
  fetchFromSourcehut = fromService "fetchFromSourcehut" (
    {
      owner,
      repo,
      rev,
      domain ? "sr.ht",
      vc ? "git",
      ...
    }:
    {
      repository = "https://${vc}.${domain}/${owner}/${repo}";
      archive = "https://${vc}.${domain}/${owner}/${repo}/archive/${rev}" + ".tar.gz";
    }
  );

  # Their hashes are of a patch that other tools have tidied.
  fetchpatch = _: throw "fetchpatch: hostpkgs lacks the tools that tidy patches; use fetchurl, with the hash of the patch as it is";
  fetchpatch2 = final.fetchpatch;
}
