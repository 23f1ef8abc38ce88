#!/usr/bin/env bash
# How long `bursar reconcile` takes over 100,000 operations and the books of the sandbox. Makes both (a
# minute or two in a debug build), then measures the released binary. Fails beyond a minute.
#
#   Tests/reconcile-bench.sh PATH_OF_THE_BINARY
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "Making the books ..."
BURSAR_RECONCILE_LEDGER="$folder/ledger.db" \
  swift test --skip-build --filter booksAndASandboxOfAHundredThousandChargesAreMade \
  >"$folder/log" 2>&1 || {
  tail -n 20 "$folder/log"
  exit 1
}
cat >"$folder/policy.jsonc" <<'POLICY'
{
  "ledger": { "path": "ledger.db" },
  "caps": [{ "name": "run", "per": "run", "amount": "100.00", "currency": "USD" }]
}
POLICY

start=$(date +%s%N)
HOME=$folder timeout 60 "$binary" reconcile --policy "$folder/policy.jsonc" 2>"$folder/stderr"
end=$(date +%s%N)
echo "100,000 operations were compared in $(((end - start) / 1000000)) ms."
