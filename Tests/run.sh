#!/usr/bin/env bash
# Everything that must pass, one step after the other, and the worlds beside them. The last line says
# how many did.
#
#   Tests/run.sh               all steps
#   Tests/run.sh --all         also one minute of fuzzing, 500 rounds of kill -9, and every other agent
#                              framework (2 GB of Python packages the first time)
#   Tests/run.sh --only STEP   just that step, with its output on the screen
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary="$PWD/.build/release/bursar"
logs="$PWD/.build/run-logs"
only=""
steps=(packages format build unit release budget worlds process conversation processors frameworks
  quickstart readme)

usage() {
  echo "usage: Tests/run.sh [--all] [--only STEP]" >&2
  echo "steps: ${steps[*]} fuzz kill others" >&2
  exit 64
}

while [[ $# -gt 0 ]]; do
  case $1 in
    --all) steps+=(fuzz kill others) ;;
    --only)
      [[ $# -ge 2 ]] || usage
      only=$2
      shift
      ;;
    *) usage ;;
  esac
  shift
done

says() {
  case $1 in
    packages) echo "Debian packages" ;;
    format) echo "format lint" ;;
    build) echo "debug build with the tests" ;;
    unit) echo "swift test" ;;
    release) echo "release build with the Swift runtime inside" ;;
    budget) echo "what a charge costs: instructions, allocations, syncs, writes" ;;
    worlds) echo "2,000 simulated worlds, and every canary caught" ;;
    process) echo "the released process over pipes" ;;
    conversation) echo "a conversation with the official Python client" ;;
    processors) echo "the official Stripe client, and localstripe's books" ;;
    frameworks) echo "agent frameworks, each through every scenario" ;;
    quickstart) echo "the quickstart" ;;
    readme) echo "the commands of the README" ;;
    fuzz) echo "one minute of fuzzing" ;;
    kill) echo "500 rounds of kill -9" ;;
    others) echo "the other agent frameworks" ;;
    *) usage ;;
  esac
}

step_packages() {
  examples/install-packages.sh libsqlite3-dev libssl-dev libcurl4-openssl-dev \
    libmicrohttpd-dev pkg-config python3-venv gcc libc6-dev valgrind strace
  if ! command -v swift >/dev/null; then
    echo "The Swift toolchain is missing: swift is not on the PATH."
    return 1
  fi
}

step_format() {
  swift format lint --strict --parallel --recursive Package.swift Sources Tests schemas
}

step_build() {
  swift build --build-tests --explicit-target-dependency-import-check error
}

# All but what runs the program itself: that is the step "process", with the program that is released.
step_unit() {
  swift test --skip-build --skip BursarTests
}

step_release() {
  swift build -c release --static-swift-stdlib --product bursar
  swift build -c release --static-swift-stdlib --product simulate
}

# Instructions, allocations, syncs and writes of a charge: the same on a busy machine as on an idle one.
step_budget() {
  Tests/bench.sh --budget
}

step_worlds() {
  if [[ -n $only ]]; then step_release; fi
  .build/release/simulate --worlds 2000 --twice 20 --probes
  .build/release/simulate --worlds 400 --canary all
}

step_process() {
  BURSAR_BINARY="$binary" swift test --skip-build --filter BursarTests
}

# The official client, now and before the protocol's stateless revision. Kept between runs.
step_conversation() {
  local version place
  for version in 2.3.0 1.30.0; do
    place=".build/venv-mcp-$version"
    if [[ ! -e $place/ready ]]; then
      rm -rf "$place"
      python3 -m venv "$place"
      "$place/bin/pip" install --quiet --disable-pip-version-check "mcp==$version"
      touch "$place/ready"
    fi
    "$place/bin/python" Tests/Conversations/mcp_client.py "$binary"
  done
}

# The official client against our sandbox; our server against books nobody here wrote. localstripe is a
# process of its own, on 127.0.0.1.
step_processors() {
  local place=".build/venv-processors-1"
  if [[ ! -e $place/ready ]]; then
    rm -rf "$place"
    python3 -m venv "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check \
      stripe==16.1.0 localstripe==1.15.10
    touch "$place/ready"
  fi
  "$place/bin/python" Tests/Processors/stripe_sdk.py "$binary"
  "$place/bin/python" Tests/Processors/localstripe_books.py "$binary"
}

# Their clients and loops with a scripted model; a processor's books per cell say what was charged.
step_frameworks() {
  python3 Tests/Frameworks/run.py "$binary"
}

step_others() {
  python3 Tests/Frameworks/run.py "$binary" --others
}

step_quickstart() {
  examples/quickstart.sh </dev/null
}

step_readme() {
  Tests/readme.sh "$binary"
}

step_fuzz() {
  Tests/Fuzz/run.sh 60
}

step_kill() {
  BURSAR_BINARY="$binary" BURSAR_ROUNDS=500 swift test --skip-build --filter KillTests
}

if [[ -n $only ]]; then
  says "$only" >/dev/null
  "step_$only"
  exit
fi

# The lines of a log that say what failed; its end when none does.
show() {
  grep -aE '✘|error:|warning:|this does not hold' "$1" | cut -c 1-400 | head -n 40 || tail -n 60 "$1"
}

mkdir -p "$logs"
passed=0
failed=0

# Runs a step into its log, and leaves beside it how it ended and how long that took.
run() {
  local began=$SECONDS
  # Not `if step`: within a condition a failing command would not end the step.
  set +e
  (
    set -e
    "step_$1"
  ) >"$logs/$1.log" 2>&1
  echo "$? $((SECONDS - began))" >"$logs/$1.end"
  set -e
}

# Says how a step ended, and counts it.
tell() {
  local result lasted
  read -r result lasted <"$logs/$1.end"
  if [[ $result -eq 0 ]]; then
    passed=$((passed + 1))
    echo "  ok, $lasted s$2"
    grep -a '^SKIPPED' "$logs/$1.log" || true
    return
  fi
  failed=$((failed + 1))
  show "$logs/$1.log"
  echo "  FAILED after $lasted s: $(says "$1")."
  echo "  Run just that: Tests/run.sh --only $1 (all of its output: .build/run-logs/$1.log)"
}

# The worlds need one core and nobody's files: they go on while the others run.
beside=""
for step in "${steps[@]}"; do
  if [[ $step == worlds ]]; then
    run worlds &
    beside=$!
    continue
  fi
  echo "$(says "$step") ..."
  run "$step"
  before=$failed
  tell "$step" ""
  if [[ $failed -gt $before ]]; then
    case $step in
      packages | build | release)
        echo "  What comes after it was not run."
        break
        ;;
    esac
  fi
done
if [[ -n $beside ]]; then
  echo "$(says worlds) ..."
  wait "$beside"
  tell worlds " beside the others"
fi
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
