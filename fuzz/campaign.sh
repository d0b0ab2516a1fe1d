#!/usr/bin/env bash
# A campaign with AFL++: one target, several workers, one folder in which they share what they find.
#
#   fuzz/campaign.sh start TARGET [WORKERS]   starts the workers in the background
#   fuzz/campaign.sh status TARGET            what they have found
#   fuzz/campaign.sh stop TARGET              ends them
#   fuzz/campaign.sh merge TARGET             minimises what they found into fuzz/corpus/TARGET, and lists the crashes
#
# CAMPAIGN is the shared folder, by default fuzz/campaign. Several machines take part if each sees the same folder, by a network
# file system or by copying it to and fro (rsync), and calls its first worker otherwise: NAME, by default the machine's name. One
# machine says MAIN=1; only its first worker does the deterministic stages.
#
# Needs cargo-afl, once: cargo install --locked cargo-afl && cargo afl config --build --force
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d'
  exit 2
}

[ $# -ge 2 ] || usage
command=$1 target=$2
workers=${3:-$(nproc)}
folder=${CAMPAIGN:-fuzz/campaign}/$target
name=${NAME:-$(hostname)}
program=fuzz/target/release/$target
[ -f "fuzz/fuzz_targets/$target.rs" ] || { echo "there is no target $target; fuzz/README.md lists them" >&2; exit 2; }

# A long start (keys are made) is no hang, and the processor's governor is not ours to set.
export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=${AFL_NO_AFFINITY:-1} AFL_NO_UI=1
export AFL_FORKSRV_INIT_TMOUT=60000

build() {
  cargo afl build --manifest-path fuzz/Cargo.toml --release --no-default-features --features afl --bin "$target"
}

case $command in
  start)
    build
    mkdir -p "$folder"
    for ((worker = 0; worker < workers; worker++)); do
      role=(-S "$name-$worker")
      [ "$worker" -eq 0 ] && [ "${MAIN:-1}" = 1 ] && role=(-M "$name-0")
      setsid nohup cargo afl fuzz -i "fuzz/seeds/$target" -o "$folder" -x fuzz/dictionary -t 10000+ "${role[@]}" -- "$program" \
        >"$folder/$name-$worker.log" 2>&1 &
      echo $! >"$folder/$name-$worker.pid"
      echo "worker $name-$worker, log in $folder/$name-$worker.log"
    done
    ;;
  status)
    cargo afl whatsup -d "$folder"
    ;;
  stop)
    for pid in "$folder/$name"-*.pid; do
      [ -f "$pid" ] || continue
      kill -- "-$(cat "$pid")" 2>/dev/null || true
      rm -f "$pid"
    done
    ;;
  merge)
    build
    gathered=$(mktemp -d)
    trap 'rm -rf "$gathered"' EXIT
    for queue in "$folder"/*/queue; do
      worker=$(basename "$(dirname "$queue")")
      for input in "$queue"/id:*; do
        if [ -f "$input" ]; then cp "$input" "$gathered/$worker-$(basename "$input" | cut -d, -f1 | tr : -)"; fi
      done
    done
    mkdir -p "fuzz/corpus/$target"
    cargo afl cmin -i "$gathered" -o "fuzz/corpus/$target/merged" -t 10000 -- "$program"
    mv "fuzz/corpus/$target/merged"/* "fuzz/corpus/$target/"
    rmdir "fuzz/corpus/$target/merged"
    echo "$(find "fuzz/corpus/$target" -type f | wc -l) inputs in fuzz/corpus/$target"
    find "$folder" -path '*/crashes/id:*' -print
    ;;
  *) usage ;;
esac
