# shellcheck shell=bash
# Makes sure of what the other scripts need; sourced, not run. Expects the function `say`.

# The oldest Swift that builds the package.
readonly swift_major=6 swift_minor=2

# One set of flags for server and tests, as another one would build every package again. It is not
# --static-swift-stdlib, with which no test builds; the manifest links the server's executable in that way.
# shellcheck disable=SC2034
build_flags=(-c release)

# The sandbox, and what reads documents in it.
# shellcheck disable=SC2034
readonly document_packages=(
    bubblewrap util-linux python3 python3-lxml python3-openpyxl poppler-utils poppler-data antiword
)

# The sandbox, Python for the code that models write, and fonts with which its plots can have Korean text.
# shellcheck disable=SC2034
readonly interpreter_packages=(bubblewrap util-linux python3 python3-venv fonts-nanum)

# make_interpreter_environment [UV]: makes the virtual environment of the code interpreter, or brings it up to date,
# outside of the data's folder. UV, where it is there, is quicker than pip. Without the environment the server starts
# too, and code has the packages of the system's Python.
make_interpreter_environment() {
    local uv="${1:-}" folder=.venv-interpreter packages=Scripts/interpreter-packages.txt
    # As root the server has code run by a user of its own, who must be able to reach the environment.
    if ((EUID == 0)); then folder=/opt/assistants-server/python; fi
    if [[ ! -x /usr/bin/python3 ]]; then return 0; fi
    # The sandbox has no Python but the system's. What is installed is written down last.
    local wanted
    wanted="$(/usr/bin/python3 --version 2>&1; cksum <"$packages")"
    if [[ "$(cat "$folder/installed" 2>/dev/null)" == "$wanted" ]]; then return 0; fi
    say "Installing the packages of the code interpreter into $folder"
    local install=("$folder/bin/python" -m pip install --quiet --disable-pip-version-check) make=(--clear)
    if [[ -x "$uv" ]]; then
        install=("$uv" pip install --quiet --compile-bytecode --python "$folder/bin/python")
        make+=(--without-pip)
    fi
    if mkdir -p "$(dirname "$folder")" && /usr/bin/python3 -m venv "${make[@]}" "$folder" >&2 &&
        "${install[@]}" --require-hashes --only-binary :all: -r "$packages" >&2; then
        printf '%s\n' "$wanted" >"$folder/installed"
    else
        rm -rf "$folder"
        say "They could not be installed; code will have the packages of the system's Python alone."
    fi
}

# Ends the script with instructions when there is no Swift, or one too old.
require_swift() {
    local text version major minor
    # Where swiftly puts Swift, for a shell that was open before.
    local swiftly="${SWIFTLY_HOME_DIR:-$HOME/.local/share/swiftly}/env.sh"
    # shellcheck source=/dev/null
    if ! command -v swift >/dev/null && [[ -r "$swiftly" ]]; then source "$swiftly"; fi
    if ! command -v swift >/dev/null; then
        say "Swift $swift_major.$swift_minor or newer is needed, and there is no swift in PATH."
        explain_swift
        exit 1
    fi
    text="$(swift --version 2>/dev/null)" || true
    version="$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$text" | head -n 1)"
    major="${version%.*}" minor="${version#*.}"
    if [[ -z "$version" ]] || ((major < swift_major || (major == swift_major && minor < swift_minor))); then
        say "Swift $swift_major.$swift_minor or newer is needed; this is ${version:-an unknown version}."
        explain_swift
        exit 1
    fi
}

explain_swift() {
    cat >&2 <<'TEXT'
How to get it:
  Debian 12, Ubuntu 22.04 or 24.04: follow https://www.swift.org/install/linux/ – with swiftly it is
    curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz
    tar zxf swiftly-$(uname -m).tar.gz && ./swiftly init
  then open a new shell and run this again.
TEXT
}

# Whether the index of Debian packages was fetched by this run.
package_index_is_new=''

# require_packages WHAT NAME…: installs the Debian packages that are missing, as root or with sudo; without the right
# to, says which command installs them and ends the script.
require_packages() {
    local what="$1" missing=() name
    shift
    for name in "$@"; do is_installed "$name" || missing+=("$name"); done
    ((${#missing[@]} > 0)) || return 0
    if ! command -v apt-get >/dev/null; then
        say "For $what these Debian packages, or what your system calls them, are needed: ${missing[*]}"
        exit 1
    fi
    local as_root=()
    if ((EUID != 0)); then
        if ! may_use_sudo; then
            say "For $what packages are missing. Install them as root, then run this again:"
            say "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
            exit 1
        fi
        as_root=(sudo)
    fi
    say "Installing for $what: ${missing[*]}"
    local options=(-qq -o Dpkg::Use-Pty=0)
    if [[ -z "$package_index_is_new" ]]; then "${as_root[@]}" apt-get "${options[@]}" update >&2; fi
    package_index_is_new=yes
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get "${options[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2
}

# suggest_packages WHAT NAME…: says which Debian packages are missing, if any, and how to install them.
suggest_packages() {
    local what="$1" missing=() name
    shift
    for name in "$@"; do is_installed "$name" || missing+=("$name"); done
    ((${#missing[@]} > 0)) || return 0
    say "$what these packages are missing; the server starts without them: ${missing[*]}"
    say "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
}

# Whether packages can be installed: by root, or by sudo without a password or with a person to type it.
may_install() { command -v apt-get >/dev/null && { ((EUID == 0)) || may_use_sudo; }; }

may_use_sudo() { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; }

# Whether the system's package index knows the package.
is_available() { [[ -n "$(apt-cache --no-all-versions show "$1" 2>/dev/null)" ]]; }

is_installed() {
    # Where there is no dpkg (other systems) a file that the package has tells.
    if ! command -v dpkg-query >/dev/null; then
        [[ "$1" == libsqlite3-dev && -e /usr/include/sqlite3.h ]]
        return
    fi
    [[ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" == 'install ok installed' ]]
}
