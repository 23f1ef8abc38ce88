#!/usr/bin/env bash
# How long `bursar policy simulate` takes over 100,000 recorded operations. Makes the ledger (a minute
# or two in a debug build), then measures the released binary. Fails only beyond a generous minute.
#
#   Tests/simulate-bench.sh PATH_OF_THE_BINARY
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "Making the ledger ..."
BURSAR_BENCH_LEDGER="$folder/ledger.db" \
  swift test --filter aLedgerOfAHundredThousandOperationsIsMade >"$folder/log" 2>&1 || {
  tail -n 20 "$folder/log"
  exit 1
}

cat >"$folder/new.jsonc" <<'POLICY'
{
  "ledger": { "path": "ledger.db" },
  "caps": [
    { "name": "one charge", "per": "operation", "amount": "150.00", "currency": "USD" },
    { "name": "run", "per": "run", "amount": "1500.00", "currency": "USD" },
    { "name": "customer", "per": "customer", "window": "24h", "amount": "500.00", "currency": "USD" },
    { "name": "month", "per": "namespace", "window": "month", "amount": "900000.00", "currency": "USD" }
  ]
}
POLICY

start=$(date +%s%N)
HOME=$folder timeout 60 "$binary" policy simulate --policy "$folder/new.jsonc" >"$folder/report"
end=$(date +%s%N)
head -n 5 "$folder/report"
echo "100,000 operations were judged again in $(((end - start) / 1000000)) ms."
