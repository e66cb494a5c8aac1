# Shared by the verbs in this folder: bring up what they need, quickly when it is there already.
# Everything is said on standard error: standard output belongs to the verb.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# A stamp file holds the hash of the inputs it was made from.
is_current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
hash_of() { find "$@" -type f -not -path '*/node_modules/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

# need_programs PROGRAM=PACKAGE ...: install as root on Debian, otherwise say what is missing.
need_programs() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  need_packages "${missing[@]+"${missing[@]}"}"
}

# need_libraries SONAME=PACKAGE ...
need_libraries() {
  local missing=() pair known
  known=$(/sbin/ldconfig -p)
  for pair in "$@"; do
    [[ $known == *"${pair%%=*}"* ]] || missing+=("${pair#*=}")
  done
  need_packages "${missing[@]+"${missing[@]}"}"
}

need_packages() {
  [ $# -gt 0 ] || return 0
  local command="apt-get install -y --no-install-recommends $*"
  if ! command -v apt-get >/dev/null; then
    fail "Please install: $* (these are Debian's names)."
  elif [ "$(id -u)" -ne 0 ]; then
    fail "Please install what is missing, then start again:  sudo $command"
  fi
  say "Installing $* ..."
  export DEBIAN_FRONTEND=noninteractive
  { apt-get install -y -qq --no-install-recommends "$@" || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; }; } \
    >&2 || fail "Could not install: $*"
}

# need_venv FOLDER: an empty Python environment there, unless there is one.
need_venv() {
  local python=${PYTHON:-python3}
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3."
  [ -x "$1/bin/pip" ] && return 0
  "$python" -c 'import ensurepip' 2>/dev/null || need_packages python3-venv
  rm -rf "$1"
  "$python" -m venv "$1"
}

# install_locked FOLDER NAME: what requirements/NAME.txt locks, into the environment in FOLDER. What comes as source
# is built with what the lock of `build` put there, and with nothing else.
install_locked() {
  "$1/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-build-isolation -r "requirements/$2.txt" >&2
}

# need_python run|dev
need_python() {
  local stamp=.venv/.installed lock inputs
  lock=$(hash_of pyproject.toml requirements)
  inputs="$1 $lock"
  # What developers need holds what users need.
  is_current "$stamp" "$inputs" || is_current "$stamp" "dev $lock" && return 0
  need_venv .venv
  say "Installing Python packages ..."
  install_locked .venv build
  install_locked .venv "$1"
  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
  printf '%s' "$inputs" >"$stamp"
}

# What scripts/lock and scripts/audit run, apart from what the program needs.
need_tools() {
  local stamp=build/tools/.installed inputs
  inputs=$(hash_of requirements/tools.txt)
  is_current "$stamp" "$inputs" && return 0
  need_venv build/tools
  say "Installing uv and pip-audit ..."
  install_locked build/tools tools
  printf '%s' "$inputs" >"$stamp"
}

need_viewer_tools() {
  command -v npm >/dev/null && node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' ||
    fail "Node.js 20 or newer with npm is needed to build the viewer page."
  local stamp=viewer/node_modules/.installed inputs
  inputs=$(sha256sum viewer/package-lock.json | cut -d' ' -f1)
  is_current "$stamp" "$inputs" && return 0
  say "Installing the viewer's build tools ..."
  npm --prefix viewer ci --no-audit --no-fund --loglevel=error >&2
  printf '%s' "$inputs" >"$stamp"
}

need_viewer() {
  local stamp=viewer/node_modules/.built inputs
  inputs=$(hash_of viewer)
  [ -f screenshare/web/viewer.html ] && is_current "$stamp" "$inputs" && return 0
  need_viewer_tools
  say "Building the viewer page ..."
  npm --prefix viewer run --silent build >&2
  printf '%s' "$inputs" >"$stamp"
}
