#!/usr/bin/env python3
"""Does the fuzzer find a bug that nobody told it about? Twenty deliberate bugs of the reference issuer, one at a time, from
seeds that do not show them: the first target that finds one, after how many runs and seconds, and the case that it found.

Needs nightly Rust and cargo-fuzz. Writes docs/planted-bugs.md; exits 1 if one was not found in time.
Arguments, if any, are the bugs to try in place of the list below; the page is then not written.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS, RUNS = 120, 1_000_000
# A bug of each class, most of them seen by one mutation among thousands, and the target that is meant for it.
BUGS = {
    "credential_case": [
        "nonce-unchecked", "proof-typ-ignored", "proof-aud-by-prefix", "kid-by-did-prefix", "alg-none-accepted",
        "signature-skipped-for-one-type", "missing-proof-500", "jwk-header-trusted", "token-typ-ignored", "pin-unchecked",
        "pin-trimmed", "token-told", "body-not-utf-8-panics", "id-token-nonce-unchecked", "code-of-another-client",
    ],
    "sequence": [
        "refused-request-burns-token", "refused-kid-becomes-subject", "code-reusable", "state-reusable",
        "third-request-of-a-token-500",
    ],
}
PAGE = """# Planted bugs

Written by `scripts/planted-bugs.py`; do not edit.

The fuzz targets against an issuer with one deliberate bug each, from seeds that do not show it, for {seconds} seconds or {runs:,} runs
at most, without sanitizer, on one core of a machine that may have had other work. *Found* is the smallest statement of what was sent.

| bug | target | runs | seconds | rule | case |
|---|---|---|---|---|---|
"""


def binary(target):
    # A mutator of cases learns nothing from comparisons, and looking at each takes more time than the run itself.
    flags = ["--sanitizer", "none", "--no-trace-compares"]
    subprocess.run(["cargo", "+nightly", "fuzz", "build", *flags, target], cwd=ROOT, check=True)
    return ROOT / "fuzz/target/x86_64-unknown-linux-gnu/release" / target


def fuzz(program, defect, seeds, folder, *flags):
    began = time.monotonic()
    done = subprocess.run(
        [program, "-print_final_stats=1", "-timeout=60", f"-artifact_prefix={folder}/", *flags, folder / "corpus", seeds],
        env={**os.environ, "VCISPEC_DEFECT": defect},
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
    )
    return done, time.monotonic() - began


def innocent(program, defect, target, folder):
    """A folder with the seeds that do not show the bug."""
    seeds = folder / "seeds"
    shutil.copytree(ROOT / "fuzz/seeds" / target, seeds)
    while True:
        (folder / "corpus").mkdir(exist_ok=True)
        done, _ = fuzz(program, defect, seeds, folder, "-runs=0")
        if done.returncode == 0:
            return seeds
        found = artifact(folder)
        if found is None:
            sys.exit(f"{target} with {defect}:\n{done.stderr[-2000:]}")
        bad = found.read_bytes()
        for seed in list(seeds.iterdir()):
            if seed.read_bytes() == bad:
                seed.unlink()
        found.unlink()


def artifact(folder):
    return next(folder.glob("crash-*"), None) or next(folder.glob("timeout-*"), None)


def words(case):
    steps = []
    for step in case["steps"]:
        if isinstance(step, str):
            steps.append(step)
        elif "send" in step:
            sent = step["send"]
            mutations = ", ".join(sent.get("mutations", []))
            steps.append(f"{sent['to']} request" + (f" with {mutations}" if mutations else ""))
        else:
            steps.append(json.dumps(step))
    return "; ".join(steps)


def one(program, target, defect):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = innocent(program, defect, target, folder)
        kept = len(list(seeds.iterdir()))
        flags = [f"-max_total_time={SECONDS}", f"-runs={RUNS}", "-seed=1", "-len_control=0", "-max_len=4096", "-entropic=0", "-reduce_inputs=0"]
        done, seconds = fuzz(program, defect, seeds, folder, *flags)
        runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
        runs = int(runs.group(1)) if runs else 0
        found = artifact(folder)
        if found is None:
            return f"| `{defect}` | `{target}` | {runs:,} | {seconds:.0f} | **not found** | {kept} seeds |", False
        rule = re.search(r"panicked at [^\n]*\n([a-z0-9-]+/[a-z0-9-]+):", done.stderr)
        rule = f"`{rule.group(1)}`" if rule else "the issuer panics" if "panicked" in done.stderr else "time"
        case = json.loads(found.read_text())
        return f"| `{defect}` | `{target}` | {runs:,} | {seconds:.0f} | {rule} | {words(case)} |", True


def main():
    wanted = sys.argv[1:]
    known = {defect: target for target, defects in BUGS.items() for defect in defects}
    tried = {name: known.get(name, "credential_case") for name in wanted} or known
    programs = {target: binary(target) for target in sorted(set(tried.values()))}
    rows, all_found = [], True
    for defect, target in tried.items():
        row, found = one(programs[target], target, defect)
        print(row, flush=True)
        rows.append(row)
        all_found &= found
    if not wanted:
        page = PAGE.format(seconds=SECONDS, runs=RUNS) + "\n".join(rows) + "\n"
        (ROOT / "docs/planted-bugs.md").write_text(page)
    return 0 if all_found else 1


if __name__ == "__main__":
    sys.exit(main())
