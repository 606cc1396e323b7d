#!/usr/bin/env bash
# Installs what the tests need and runs all of them: format and imports, unit tests and HTTP tests in Swift, and the
# scenarios in Python, which drive the built server (over a socket, in a browser, behind nginx) and run the snippets of
# the README.
#
#   ./test.sh                     everything
#   ./test.sh -k durability       options are handed to pytest
#
# TEST_ATTEMPTS=2 lets what fails try once more, and says so: for machines that stall under others' load.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { if [[ -t 2 ]]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi; }

# shellcheck source=Scripts/requirements.sh
source Scripts/requirements.sh

require_swift
require_packages 'the build and the tests' git ca-certificates libsqlite3-dev zlib1g-dev \
    python3 python3-venv curl nodejs nginx-light "${document_packages[@]}" "${interpreter_packages[@]}"
# Ubuntu has Chromium outside its packages; the browser tests are skipped where there is none.
if is_available chromium-driver; then require_packages 'the browser tests' chromium chromium-driver; fi

python=.venv/bin/python

# What the tests need besides the build.
install_environments() {
    if ! "$python" -m pip --version >/dev/null 2>&1; then python3 -m venv --clear .venv; fi
    if ! cmp -s Tests/Scenarios/requirements.txt .venv/requirements.txt; then
        say "Installing the Python packages of the scenarios"
        "$python" -m pip install --quiet --disable-pip-version-check -r Tests/Scenarios/requirements.txt
        cp Tests/Scenarios/requirements.txt .venv/requirements.txt
    fi
    # Clients of other versions, which some scenarios start, have an environment of their own.
    local clients=.venv-clients
    if ! "$clients/bin/python" -c '' 2>/dev/null; then python3 -m venv --clear --without-pip "$clients"; fi
    if ! cmp -s Tests/Scenarios/requirements-clients.txt "$clients/requirements.txt"; then
        say "Installing the clients of the scenarios"
        .venv/bin/uv pip install --quiet --python "$clients/bin/python" -r Tests/Scenarios/requirements-clients.txt
        cp Tests/Scenarios/requirements-clients.txt "$clients/requirements.txt"
    fi
    PATH="$PWD/.venv/bin:$PATH" Scripts/fetch-swagger-ui.sh >&2
    make_interpreter_environment .venv/bin/uv
}

# Both wait for the network most of the time, while the rest computes.
swift package resolve >&2 &
resolving=$!
install_environments &
installing=$!
trap wait EXIT

say "Checking format and imports"
swift format lint --strict --recursive --parallel Package.swift Sources Tests
Scripts/check-imports.sh

say "Building server and tests"
wait "$resolving"
swift build "${build_flags[@]}" --build-tests
wait "$installing"

binaries="$(swift build "${build_flags[@]}" --show-bin-path)"

# run_unit_tests: all of them, those of the code interpreter beside the others, as they go one after the other and wait
# most of the time. (Of two `swift test` one would wait for the other.)
run_unit_tests() {
    local tests=("$binaries/assistants-serverPackageTests.xctest" --testing-library swift-testing --quiet) code=0
    "${tests[@]}" --filter CodeInterpreterTests &
    local interpreter=$!
    "${tests[@]}" --skip CodeInterpreterTests || code=1
    wait "$interpreter" || code=1
    return "$code"
}

say "Running the unit tests"
# Few at a time: tests that compute would keep those that wait for a socket from noticing that something came.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=2
attempts="${TEST_ATTEMPTS:-1}"
for ((attempt = 1; ; attempt++)); do
    if run_unit_tests; then break; fi
    ((attempt < attempts)) || exit 1
    say "UNIT TESTS FAILED, see above; they are run once more"
done

export ASSISTANTS_SERVER="$binaries/assistants-server"

# run_scenarios OPTION…: runs a part of them, of which the options may leave nothing (5).
run_scenarios() {
    local code=0
    "$python" -m pytest Tests/Scenarios "$@" || code=$?
    case "$code" in
        0) found=1 ;;
        1) found=1 failed=1 ;;
        5) ;;
        *) exit "$code" ;;
    esac
}

found=0 failed=0
say "Running the scenarios, two at a time"
run_scenarios -m 'not alone' -n 2 --dist loadfile --no-loadscope-reorder --reruns $((attempts - 1)) "$@"
say "Running the scenarios that measure, alone"
# A machine that stalls does so for some seconds.
run_scenarios -m alone --reruns $((attempts - 1)) --reruns-delay 5 "$@"
((found)) || exit 5
exit "$failed"
