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

need_python() {
  local python=${PYTHON:-python3} stamp=.venv/.installed project inputs
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3."
  project=$(sha256sum pyproject.toml | cut -d' ' -f1)
  inputs="$1 $project"
  # What developers need holds what users need.
  is_current "$stamp" "$inputs" || is_current "$stamp" "dev $project" && return 0
  if [ ! -x .venv/bin/pip ]; then
    "$python" -c 'import ensurepip' 2>/dev/null || need_packages python3-venv
    rm -rf .venv
    "$python" -m venv .venv
  fi
  say "Installing Python packages ..."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' >&2
  if [ "$1" = dev ]; then
    .venv/bin/pip install --quiet --disable-pip-version-check -e . --group dev >&2
  else
    .venv/bin/pip install --quiet --disable-pip-version-check -e . >&2
  fi
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
