#!/usr/bin/env bash
# Builds Bursar and plays an agent's conversation with it: a charge, the same charge again, a refund,
# a charge that crosses the run's cap. The sandbox stands in for the processor; no money moves, and
# nothing is left behind but the build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

examples/install-packages.sh libsqlite3-dev libssl-dev libcurl4-openssl-dev libmicrohttpd-dev \
  pkg-config
if ! command -v swift >/dev/null; then
  echo "The Swift toolchain is missing: swift is not on the PATH." >&2
  exit 1
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "Building (a few minutes the first time) ..."
if ! swift build -c release --static-swift-stdlib --product bursar >"$folder/build.log" 2>&1; then
  tail -n 40 "$folder/build.log" >&2
  echo "The build failed; the lines above say why." >&2
  exit 1
fi

fail() {
  echo "$1" >&2
  [[ ! -s $folder/stderr.log ]] || tail -n 20 "$folder/stderr.log" >&2
  exit 1
}

# The agent's side: one process, spoken to over its standard input and output.
coproc bursar {
  exec env HOME="$folder" XDG_STATE_HOME="$folder/state" \
    .build/release/bursar --policy examples/policy.jsonc --run quickstart 2>"$folder/stderr.log"
}
from=${bursar[0]} to=${bursar[1]} server=$bursar_PID
trap '' PIPE # a server that has ended is a sentence, not a signal
id=0

# Sends one request and leaves its answer in `answer`.
ask() {
  id=$((id + 1))
  printf '{"jsonrpc":"2.0","id":%d,"method":"%s","params":%s}\n' "$id" "$1" "$2" >&"$to" 2>/dev/null ||
    fail "Bursar has ended before it was asked."
  while IFS= read -r -t 20 -u "$from" answer; do
    [[ $answer != *"\"id\":$id,"* && $answer != *"\"id\":$id}"* ]] || return 0
  done
  fail "Bursar did not answer."
}

# The first line of the answer's text, as the model reads it.
first_line() {
  sed -E 's/.*"content":\[\{("type":"text",)?"text":"(([^"\\]|\\[^n])*).*/\2/; s/\\(.)/\1/g' <<<"$answer"
}

# Calls a tool, prints the call and the first line of its answer, and compares its first word.
call() {
  local tool=$1 arguments=$2 verdict=$3 said
  printf '\n> %s %s\n' "$tool" "$arguments"
  ask tools/call "{\"name\":\"$tool\",\"arguments\":$arguments}"
  said=$(first_line)
  printf '< %s\n' "$said"
  [[ $said == "$verdict: "* ]] || fail "This should have begun with $verdict."
}

ask initialize '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"quickstart","version":"1"}}'
printf '{"jsonrpc":"2.0","method":"notifications/initialized"}\n' >&"$to"

echo "The agent's run may spend 100.00 USD (examples/policy.jsonc)."
invoice='{"reference":"INV-1001","customer":"cus_ada","amount":6000,"currency":"USD","payment_method":"pm_card_visa"}'
call charge "$invoice" DONE
echo "  The agent has lost the answer and asks again:"
call charge "$invoice" DONE
call refund '{"charge":"INV-1001","reference":"CN-1001","amount":1500,"reason":"requested_by_customer"}' DONE
echo "  60.00 are spent, and a refund gives no budget back; 60.00 more would be 120.00:"
call charge '{"reference":"INV-1002","customer":"cus_ada","amount":6000,"currency":"USD","payment_method":"pm_card_visa"}' STOP
call status '{}' DONE

exec {to}>&-
wait "$server" || fail "Bursar did not end well."
echo
echo "Two movements, one charge and one refund, however often it was asked. No money moved: sandbox."
