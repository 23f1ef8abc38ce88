#!/usr/bin/env bash
# How fast, how small, and as fast after ten million operations: prints a table and writes all of it as
# JSON to .build/bench/bench.json. Beside it, in the same run, the limit of raw SQLite on this disk, a FastMCP
# server and one on the official SDK that do as durable an insert.
#
#   Tests/bench.sh                  everything, with a ledger of 10,000,000 operations (about 20 GB of disk)
#   Tests/bench.sh --quick          the same in three minutes, with ledgers up to 100,000
#   Tests/bench.sh --readme         everything, and the README's table written anew
#   Tests/bench.sh --only NAME      start, throughput, known, memory, sizes, pending, processes or counted
#   Tests/bench.sh --budget         only what can be counted, against Tests/Benchmarks/budget.json
#   Tests/bench.sh --write-budget   makes what is counted now the new budget
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary="$PWD/.build/release/bursar"
tools="$PWD/.build/bench"
options=()
budget=""

usage() {
  echo "usage: Tests/bench.sh [--quick] [--readme] [--only NAME]... | --budget | --write-budget" >&2
  exit 64
}

while [[ $# -gt 0 ]]; do
  case $1 in
    --quick) options+=(--quick) ;;
    --readme) options+=(--readme README.md) ;;
    --only)
      [[ $# -ge 2 ]] || usage
      options+=(--only "$2")
      shift
      ;;
    --budget) budget=(--budget Tests/Benchmarks/budget.json) ;;
    --write-budget) budget=(--budget Tests/Benchmarks/budget.json --write) ;;
    *) usage ;;
  esac
  shift
done

examples/install-packages.sh gcc libc6-dev libsqlite3-dev libssl-dev python3-venv valgrind strace
swift build -c release --static-swift-stdlib --product bursar >&2

mkdir -p "$tools"
for tool in load raw ledger; do
  libraries=()
  case $tool in
    raw) libraries=(-lsqlite3) ;;
    ledger) libraries=(-lsqlite3 -lcrypto) ;;
  esac
  cc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$tools/$tool" "Tests/Benchmarks/$tool.c" \
    ${libraries[@]+"${libraries[@]}"}
done

if [[ -n ${budget[0]} ]]; then
  exec python3 Tests/Benchmarks/counts.py "$binary" "$tools" "${budget[@]}"
fi

venv=".build/venv-bench-fastmcp-4.2.3"
if [[ ! -e $venv/ready ]]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check fastmcp==4.2.3 mcp==2.3.0
  touch "$venv/ready"
fi

exec python3 Tests/Benchmarks/bench.py "$binary" "$tools" "$venv/bin/python" \
  --json "$tools/bench.json" ${options[@]+"${options[@]}"}
