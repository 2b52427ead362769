#!/bin/sh
# Fuzzes one target for some seconds: tests/fuzz/run.sh compile 600. The corpus grows in tests/fuzz/corpus/TARGET and
# begins with seeds from flows/ and tests/; a finding lands in tests/fuzz/found/TARGET-…, where `cargo test --test
# properties` replays it from then on. Works with a stable compiler.
set -eu
cd "$(dirname "$0")"
target=$1
seconds=${2:-600}
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=16 --cfg=fuzzing"
triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --target "$triple" --bins
python3 seeds.py
mkdir -p "corpus/$target" found
exec "target/$triple/release/$target" "corpus/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
    -max_len=8192 -dict=words.dict -artifact_prefix="found/$target-" -print_final_stats=1
