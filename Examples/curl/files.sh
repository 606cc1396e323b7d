#!/usr/bin/env bash
# Files and vector stores step by step: upload, store, a file with attributes, searches, the text of a file; then all of it is
# deleted. No model is needed.
#
# Usage: BASE_URL=http://127.0.0.1:8010 API_KEY=any Examples/curl/files.sh
set -euo pipefail

base="${BASE_URL:-http://127.0.0.1:8010}"
base="${base%/}"
handbook="$(cd "$(dirname "$0")/../data/handbook" && pwd)"

# The value of a text member of a JSON object on standard input.
member() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

# v1 PATH [OPTION OF CURL…]
v1() {
    curl --silent --show-error --fail-with-body "$base/v1/$1" --header "Authorization: Bearer ${API_KEY:-any}" "${@:2}"
}

# post PATH JSON
post() { v1 "$1" --header 'Content-Type: application/json' --data "$2"; }

echo '== Upload'
guide="$(v1 files --form purpose=assistants --form "file=@$handbook/운영-안내서.md" | member id)"
players="$(v1 files --form purpose=assistants --form "file=@$handbook/players.csv" | member id)"
echo "$guide $players"

echo '== A vector store of one, and the other with attributes'
store="$(post vector_stores '{"name": "Handbook", "file_ids": ["'"$guide"'"]}' | member id)"
post "vector_stores/$store/files" '{"file_id": "'"$players"'", "attributes": {"kind": "table", "year": 2026}}'
echo

for _ in {1..150}; do
    status="$(v1 "vector_stores/$store" | member status)"
    [ "$status" != in_progress ] && break
    sleep 0.2
done
echo "$status"
v1 "vector_stores/$store/files?filter=failed"
echo

echo '== Search'
post "vector_stores/$store/search" '{"query": "화면이 안 나와요", "max_num_results": 1}'
echo

echo '== Search with a filter'
post "vector_stores/$store/search" '{
  "query": "SG-2047 보증은 언제까지인가요?",
  "max_num_results": 1,
  "filters": {"type": "and", "filters": [
    {"type": "eq", "key": "kind", "value": "table"},
    {"type": "gte", "key": "year", "value": 2025}
  ]}
}'
echo

echo '== What was read from a file'
v1 "vector_stores/$store/files/$players/content"
echo

echo '== Clean up'
v1 "vector_stores/$store" --request DELETE
echo
v1 "files/$guide" --request DELETE
echo
v1 "files/$players" --request DELETE
echo
