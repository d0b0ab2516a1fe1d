#!/usr/bin/env python3
"""How many small changes of our own code do our own tests notice? A sample, by seed, of what cargo-mutants can change in the
rules, the oracle and the validation of the reference issuer. The quick tests are asked first, and all of them about what
those did not notice. Prints what was missed; exits 1 if less than 85% were noticed.

Needs cargo-mutants 27 (`cargo install --locked cargo-mutants`). `--in-place` changes this very tree, and is for a clone of its own.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["invariants", "oracle", "issuer/credential", "issuer/token", "issuer/authorize", "issuer/direct_post"]
FILES = [
    "access_token", "base64url", "client_keys", "credential_deferred", "did", "form", "json", "jws", "media_type", "pin",
    "presentation", "public_key", "schema", "verifiable_credential",
]
QUICK = [
    "issuer::", "invariants::", "judged", "corpus::", "properties::", "strict::", "toy_profile::", "catalogue::",
    "engine::kills", "engine::findings", "draft11::",
]
ENOUGH = 0.85


def environment():
    """Builds without optimisation, which takes seconds in place of minutes, and ends a test program with its first failure."""
    host = re.search("host: (.*)", subprocess.check_output(["rustc", "-vV"], text=True))[1]
    runner = f"CARGO_TARGET_{host.upper().replace('-', '_')}_RUNNER"
    return os.environ | {"CARGO_PROFILE_DEV_OPT_LEVEL": "0", runner: f"{ROOT}/scripts/first-failure.py"}


def scope():
    """What is changed, as flags of cargo-mutants."""
    patterns = [*(f"src/{folder}/**/*.rs" for folder in FOLDERS), *(f"src/issuer/{file}.rs" for file in FILES)]
    return [word for pattern in patterns for word in ("-f", pattern)]


def sample(count, seed):
    listed = subprocess.check_output(["cargo", "mutants", "--list", "--json", *scope()])
    names = sorted(mutant["name"] for mutant in json.loads(listed))
    print(f"{count} of {len(names)} mutants, seed {seed}", flush=True)
    return sorted(random.Random(seed).sample(names, min(count, len(names))))


def run(names, folder, in_place, tests):
    """What became of each mutant."""
    exact = [word for name in names for word in ("-F", f"^{re.escape(name)}$")]
    where = ["--in-place"] if in_place else ["--copy-target", "true"]
    flags = ["--baseline", "skip", "--timeout", "240", "--no-shuffle", "--caught", "--unviable", "-o", folder]
    subprocess.run(["cargo", "mutants", *scope(), *where, *flags, *exact, "--", *tests], env=environment())
    outcomes = json.loads(Path(folder, "mutants.out/outcomes.json").read_text())["outcomes"]
    return {
        outcome["scenario"]["Mutant"]["name"]: outcome["summary"]
        for outcome in outcomes
        if isinstance(outcome["scenario"], dict)
    }


def main():
    os.chdir(ROOT)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=70)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in-place", action="store_true", help="change the files of this tree, and change them back")
    parser.add_argument("--of", metavar="REGEX", help="only those of the sample whose names match")
    arguments = parser.parse_args()
    names = sample(arguments.count, arguments.seed)
    if arguments.of:
        names = [name for name in names if re.search(arguments.of, name)]
    with tempfile.TemporaryDirectory() as folder:
        found = run(names, folder, arguments.in_place, ["--test", "lib", "--", *QUICK])
    missed = sorted(name for name, summary in found.items() if summary == "MissedMutant")
    if missed:
        with tempfile.TemporaryDirectory() as folder:
            found |= run(missed, folder, arguments.in_place, ["--lib", "--test", "*"])
    viable = [name for name, summary in found.items() if summary != "Unviable"]
    missed = sorted(name for name in viable if found[name] == "MissedMutant")
    caught = len(viable) - len(missed)
    for name in missed:
        print(f"missed: {name}")
    print(f"{caught} of {len(viable)} noticed ({100 * caught / max(len(viable), 1):.0f}%), {len(found) - len(viable)} did not compile")
    return 0 if caught >= ENOUGH * len(viable) else 1


if __name__ == "__main__":
    sys.exit(main())
