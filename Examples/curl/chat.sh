#!/usr/bin/env bash
# Asks a question with data, asks on in the same conversation, streams an answer, and does it once step by step.
#
# Usage: BASE_URL=http://127.0.0.1:8010 Examples/curl/chat.sh
set -euo pipefail

base="${BASE_URL:-http://127.0.0.1:8010}"
base="${base%/}"

# The value of a text member of a JSON object on standard input.
member() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

post() {
    curl --silent --show-error --fail-with-body --header 'Content-Type: application/json' --data "$2" "$base/api/v1$1"
}

get() { curl --silent --show-error --fail-with-body "$base/api/v1$1"; }

echo '== Health'
get /health
echo

echo '== A question with data'
answer="$(post /chat '{
  "message": "Which ad has the best click rate?",
  "system_data": {
    "targetedAds": [
      {"id": "ad-1", "name": "Summer Coffee", "views": 1200, "clicks": 84},
      {"id": "ad-2", "name": "New Menu", "views": 800, "clicks": 72}
    ]
  }
}')"
echo "$answer" | member message
thread="$(echo "$answer" | member thread_id)"

echo "== The next question of the same conversation, $thread"
post /chat '{"message": "전체 클릭률은 얼마인가요?", "thread_id": "'"$thread"'"}' | member message

echo '== A streamed answer'
curl --silent --show-error --no-buffer --header 'Content-Type: application/json' \
    --data '{"message": "Show the totals.", "thread_id": "'"$thread"'", "stream": true}' "$base/api/v1/chat"

echo '== Step by step: thread, message, run, poll, messages'
thread="$(post /threads '{}' | member id)"
post "/threads/$thread/messages" '{"content": "What can you analyse?", "role": "user"}' | member id
run="$(post "/threads/$thread/runs" '{}' | member id)"
for _ in $(seq 120); do
    status="$(get "/threads/$thread/runs/$run" | member status)"
    case "$status" in queued | in_progress) sleep 0.5 ;; *) break ;; esac
done
echo "$run: $status"
get "/threads/$thread/messages"
echo

echo '== Clean up'
curl --silent --show-error --fail-with-body --request DELETE "$base/api/v1/threads/$thread"
echo
