#!/usr/bin/env bash
# Builds assistants-server and starts it. All that is missing is installed or, without the right to, asked for.
#
#   ./run.sh                      starts the server with the settings of .env
#   ./run.sh --port 9000          options are handed to the server
#   ./run.sh doctor               other commands too
#
# Ctrl-C and SIGTERM stop the server in order. Running it again rebuilds only what has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { if [[ -t 2 ]]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi; }

# shellcheck source=Scripts/requirements.sh
source Scripts/requirements.sh

require_swift
require_packages 'the build' git ca-certificates libsqlite3-dev zlib1g-dev

if [[ ! -e .env ]]; then
    install -m 600 .env.example .env
    say "Created .env from .env.example. Put your OPENAI_API_KEY there to have a model answer."
fi

say "Building (the first time takes some minutes)…"
swift build "${build_flags[@]}" --product assistants-server >&2

# Swagger UI comes from a Python package. Without it the docs page works too, over its CDN.
if [[ ! -s Resources/swagger-ui/swagger-ui-bundle.js ]] && ! python3 -m pip --version >/dev/null 2>&1 && may_install; then
    require_packages 'the docs page' python3-pip
fi
Scripts/fetch-swagger-ui.sh >&2 || say "The docs page will load Swagger UI from its CDN."

# Documents are read by programs of the system, in a sandbox. Without them the server reads plain text alone, and says so.
if may_install; then
    require_packages 'reading documents' "${document_packages[@]}" || say "Some documents will not be readable."
else
    suggest_packages 'To read PDF, Word, PowerPoint, Excel and HTML documents' "${document_packages[@]}"
fi

# Code of models runs in the same sandbox. Without it a run that needs it fails with the reason.
if [[ "${CODE_INTERPRETER:-auto}" != off ]]; then
    if may_install; then
        require_packages 'the code interpreter' "${interpreter_packages[@]}" || say "Models may not be able to run code."
    else
        suggest_packages 'To have models run code' "${interpreter_packages[@]}"
    fi
    make_interpreter_environment ""
fi

# The server takes this process over, so that signals reach it.
exec "$(swift build "${build_flags[@]}" --show-bin-path)/assistants-server" "$@"
