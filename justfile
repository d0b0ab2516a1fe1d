# `.ci/run` needs no just: both call the same scripts.

# Show the recipes.
default:
    @just --list

# Format the code.
fmt:
    cargo fmt --all

# Clippy, warnings are errors.
lint:
    scripts/lint.sh

# The tests; PROPTEST_CASES scales the properties.
test *ARGS:
    cargo test {{ ARGS }}

# The documentation, without warnings.
doc:
    scripts/doc.sh

# Licences, sources and banned features of the dependencies.
deny:
    scripts/deny.sh

# The library builds without the crates of the command line.
slim:
    scripts/slim.sh

# A wallet library obtains credentials of the reference issuer, EBSI's own verifies them. Needs Node 20.
interop:
    tests/interop/run.sh

# Two published issuers are tested; each finding must be one that was read. Needs Node 20.
issuers:
    tests/interop/issuers/run.sh

# The vectors from Python and from JavaScript. Needs Python 3.10 and Node 20.
adapters:
    corpus/adapters/run.sh

# The report formats against their published schemas. Needs Node 20.
reports:
    tests/reports/run.sh

# report.html in headless Chromium (Debian); VCISPEC_UPDATE=1 renews docs/images/.
report-page:
    tests/reports/page.sh

# The pages of `vcispec serve` in headless Chromium (Debian); VCISPEC_UPDATE=1 renews docs/images/.
page:
    tests/page/run.sh

# Each fuzz target for some seconds. Needs nightly Rust and cargo-fuzz.
fuzz-smoke SECONDS="10":
    scripts/fuzz-smoke.sh {{ SECONDS }}

# Twenty deliberate bugs are looked for by fuzzing; rewrites docs/planted-bugs.md. Needs nightly Rust and cargo-fuzz.
planted-bugs *NAMES:
    scripts/planted-bugs.py {{ NAMES }}

# Line coverage by the inputs that are kept; fails below fuzz/coverage-floor. Needs nightly Rust, cargo-fuzz and llvm-19.
fuzz-coverage *FOLDERS:
    scripts/fuzz-coverage.sh {{ FOLDERS }}

# Takes what fuzzing found into fuzz/minimised. Needs nightly Rust and cargo-fuzz.
fuzz-minimise *TARGETS:
    scripts/fuzz-minimise.sh {{ TARGETS }}

# A sample of small changes of our own code, each of which our own tests should notice. Needs cargo-mutants.
mutants *ARGS:
    scripts/mutants.py {{ ARGS }}

# The benchmarks.
bench *ARGS:
    cargo bench {{ ARGS }}

# Rewrite docs/measured.md.
measure:
    scripts/measure.sh

# Each deliberate bug, served over HTTP, is found by a plain run.
defects *NAMES:
    scripts/defects-over-http.py {{ NAMES }}

# What a change must pass.
ci:
    .ci/run

# ci and all that is slow; run it before work is called done.
full: ci
    VCISPEC_THOROUGH=1 PROPTEST_CASES=4096 cargo test --release
    cargo test --release frozen::command -- --ignored
    scripts/defects-over-http.py --together --jobs 4
    tests/page/run.sh
    tests/reports/page.sh
    scripts/fuzz-smoke.sh 60
    scripts/fuzz-coverage.sh
    SANITIZER=address scripts/fuzz-smoke.sh 60 credential_case http_bytes
