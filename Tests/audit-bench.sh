#!/usr/bin/env bash
# How long `bursar audit verify` takes over a history of 1,000,000 entries, and that it finds the one
# that is flipped. Makes the ledger (a few minutes in a debug build), then measures the released binary.
#
#   Tests/audit-bench.sh PATH_OF_THE_BINARY
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "Making the ledger ..."
BURSAR_AUDIT_LEDGER="$folder/ledger.db" \
  swift test --skip-build --filter aHistoryOfAMillionEntriesIsMade >"$folder/log" 2>&1 || {
  tail -n 20 "$folder/log"
  exit 1
}
cat >"$folder/policy.jsonc" <<'POLICY'
{
  "ledger": { "path": "ledger.db" },
  "caps": [{ "name": "run", "per": "run", "amount": "100.00", "currency": "USD" }]
}
POLICY

verify() {
  HOME=$folder timeout 60 "$binary" audit verify --policy "$folder/policy.jsonc" "$@"
}

head=$(HOME=$folder "$binary" audit head --policy "$folder/policy.jsonc")
start=$(date +%s%N)
verify --head "$head"
end=$(date +%s%N)
echo "1,000,000 entries were verified in $(((end - start) / 1000000)) ms."
