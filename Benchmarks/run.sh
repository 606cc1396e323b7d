#!/usr/bin/env bash
# Measures the server against its goals and prints one table. It starts all that it needs: the release binary (built if
# it is missing), a fast scripted model, and Python servers that do the same job, for comparison.
#
#   Benchmarks/run.sh                            everything, some five minutes
#   Benchmarks/run.sh --quick                    small sizes, to see that it works
#   Benchmarks/run.sh --only long-thread         one part; --help lists them
#   Benchmarks/run.sh --results figures.jsonl    every figure as a line of JSON, too
set -euo pipefail
# Names of files among the options are those of the caller's directory.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$here")"

say() { if [[ -t 2 ]]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi; }

# shellcheck source=../Scripts/requirements.sh
source "$root/Scripts/requirements.sh"

if [[ "$(uname -s)" != Linux ]]; then
    say "The benchmark reads processor time and memory from Linux's /proc and runs there only."
    exit 1
fi

server="${ASSISTANTS_SERVER:-$root/.build/release/assistants-server}"
if [[ ! -x "$server" ]]; then
    require_swift
    require_packages 'the build' git ca-certificates libsqlite3-dev zlib1g-dev
    say "Building (the first time takes some minutes)…"
    # shellcheck disable=SC2154
    (cd "$root" && swift build "${build_flags[@]}" --product assistants-server >&2)
fi

# install FILE…: the packages of requirement files, once. What cannot be had makes the run poorer, not impossible.
venv="$root/.venv-bench"
install() {
    local stamp="$venv/$1"
    cmp -s "$here/$1" "$stamp" && return
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/$1" >&2 && cp "$here/$1" "$stamp"
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    require_packages 'the benchmark' python3 python3-venv
    python3 -m venv --clear "$venv"
fi
install requirements.txt || say "uvloop was not installed: the load generator will be slower, and rates with it."
install requirements-peer.txt || say "The packages of the Python peers were not installed: nothing is compared with it."

# Two thousand waiting chats are four thousand connections of one server.
ulimit -n "$(ulimit -Hn)"
PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" -m benchmark --server "$server" "$@"
