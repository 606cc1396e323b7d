#!/usr/bin/env bash
# The Assistants API step by step: assistant, thread, run, a poll that waits, steps, messages; then a streamed run.
#
# Usage: BASE_URL=http://127.0.0.1:8010 API_KEY=any Examples/curl/assistants.sh
set -euo pipefail

base="${BASE_URL:-http://127.0.0.1:8010}"
base="${base%/}"

# The value of a text member of a JSON object on standard input.
member() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

# v1 PATH [OPTION OF CURL…]
v1() {
    curl --silent --show-error --fail-with-body --no-buffer "$base/v1/$1" \
        --header "Authorization: Bearer ${API_KEY:-any}" --header 'OpenAI-Beta: assistants=v2' \
        --header 'Content-Type: application/json' "${@:2}"
}

echo '== Assistant and thread'
assistant="$(v1 assistants --data '{"model": "'"${MODEL:-gpt-4o-mini}"'", "instructions": "Be short."}' | member id)"
thread="$(v1 threads --data '{"messages": [{"role": "user", "content": "What data do you need from me?"}]}' | member id)"
echo "$assistant $thread"

echo '== A run, and a poll that waits for its end'
run="$(v1 "threads/$thread/runs" --data '{"assistant_id": "'"$assistant"'"}' | member id)"
v1 "threads/$thread/runs/$run" --header 'Prefer: wait=10' | member status

echo '== Its steps, and the newest message'
v1 "threads/$thread/runs/$run/steps"
echo
v1 "threads/$thread/messages?limit=1"
echo

echo '== A streamed run, with one more question'
v1 "threads/$thread/runs" --data '{
  "assistant_id": "'"$assistant"'",
  "additional_messages": [{"role": "user", "content": "답변은 어떤 언어로 할 수 있나요?"}],
  "stream": true
}'

echo '== Clean up'
v1 "threads/$thread" --request DELETE
echo
v1 "assistants/$assistant" --request DELETE
echo
