#!/usr/bin/env bash
# Puts a local copy of Swagger UI in Resources/swagger-ui/, so that /docs works without the internet.
#
# The copy comes from the Python package swagger-ui-py, which ships the built files of Swagger UI (Apache 2.0; the
# licence is copied too). Running it again does nothing while the files are there. Without pip, or without a network,
# it says so and fails; the page then loads the same version of Swagger UI from its CDN.
#
# Usage: Scripts/fetch-swagger-ui.sh [directory]
set -euo pipefail

package='swagger-ui-py==25.7.1'   # holds Swagger UI 5.24.2, the version that docs.html names for the CDN
sha256='3a6b14952d5714bdfce66d7de405e80cbe9e311d7aed4ef6c190e006d1dbb545'
files=(swagger-ui-bundle.js swagger-ui.css LICENSE)

cd "$(dirname "$0")/.."
target="${1:-Resources/swagger-ui}"
stamp="$target/.version"

complete() {
    [[ -f "$stamp" && "$(<"$stamp")" == "$package" ]] || return 1
    local file
    for file in "${files[@]}"; do [[ -s "$target/$file" ]] || return 1; done
}

if complete; then
    echo "Swagger UI is in $target."
    exit 0
fi

if ! python3 -m pip --version >/dev/null 2>&1; then
    echo "Swagger UI was not fetched: python3 has no pip (Debian, Ubuntu: apt-get install python3-pip)." >&2
    exit 1
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

printf '%s --hash=sha256:%s\n' "$package" "$sha256" >"$work/requirements.txt"
if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --dest "$work" --requirement "$work/requirements.txt"; then
    echo "Swagger UI was not fetched: the package index did not answer or the file is not the expected one." >&2
    exit 1
fi

python3 - "$work"/*.whl "$work/files" "${files[@]}" <<'PYTHON'
import pathlib, sys, zipfile

wheel, target, *names = sys.argv[1:]
pathlib.Path(target).mkdir()
with zipfile.ZipFile(wheel) as archive:
    for name in names:
        (pathlib.Path(target) / name).write_bytes(archive.read(f"swagger_ui/static/{name}"))
PYTHON

mkdir -p "$target"
for file in "${files[@]}"; do mv "$work/files/$file" "$target/$file"; done
echo "$package" >"$stamp"
echo "Swagger UI was put in $target."
