# The default overrides: how packages are built that the lock has as source.
#
# A lock file does not say what a source needs to be built. Most sources do, in
# their own pyproject.toml, and get it from this set's build systems. Those below
# are widely used ones that do not, and need setuptools. What is neither gets
# nothing, and then the project that uses it must say so:
#   defaultPoetryOverrides.extend (self: super: {
#     x = super.x.overridePythonAttrs (old: {
#       buildInputs = (old.buildInputs or [ ]) ++ [ super.setuptools ];
#     });
#   })
{ lib }:
let
  builtBySetuptools = [
    "aiofiles"
    "amqp"
    "anyjson"
    "asgiref"
    "astunparse"
    "backcall"
    "billiard"
    "boto3"
    "botocore"
    "celery"
    "certifi"
    "chardet"
    "configobj"
    "crcmod"
    "decorator"
    "defusedxml"
    "dill"
    "django"
    "docopt"
    "docutils"
    "ecdsa"
    "et-xmlfile"
    "first"
    "flask-cors"
    "flask-login"
    "flask-sqlalchemy"
    "freezegun"
    "future"
    "gast"
    "google-pasta"
    "greenlet"
    "gunicorn"
    "html5lib"
    "httplib2"
    "httptools"
    "jmespath"
    "jsonpickle"
    "kombu"
    "lxml"
    "mock"
    "mypy-extensions"
    "nose"
    "oauthlib"
    "openpyxl"
    "parso"
    "passlib"
    "peewee"
    "pexpect"
    "pickleshare"
    "ply"
    "psutil"
    "psycopg2"
    "ptyprocess"
    "pure-eval"
    "pyasn1"
    "pyasn1-modules"
    "pycparser"
    "pyjwt"
    "pymysql"
    "pyperclip"
    "python-dateutil"
    "python-slugify"
    "pytz"
    "redis"
    "regex"
    "requests"
    "requests-oauthlib"
    "retrying"
    "rsa"
    "s3transfer"
    "simplejson"
    "six"
    "sortedcontainers"
    "sqlparse"
    "tabulate"
    "tblib"
    "toml"
    "toolz"
    "tornado"
    "tzdata"
    "tzlocal"
    "ujson"
    "unidecode"
    "uwsgi"
    "vine"
    "wcwidth"
    "webencodings"
    "wrapt"
    "xmltodict"
  ];

  isPackage = value: builtins.isAttrs value && value ? overridePythonAttrs;
in
self: super:
builtins.mapAttrs (
  name: package:
  # Helper functions and packages that were taken out are in the set too.
  if !isPackage package then
    package
  else
    package.overridePythonAttrs (
      old:
      lib.optionalAttrs (old.format or null == "poetry2nix") (
        { declaredBuildTools = true; }
        // lib.optionalAttrs (builtins.elem name builtBySetuptools) {
          nativeBuildInputs = old.nativeBuildInputs or [ ] ++ [ self.setuptools ];
        }
      )
    )
) super
