#!/usr/bin/env python3
"""Each defect of `vcispec list defects`, served over HTTP, must be caught by a plain `vcispec run URL`: exit code 1, and a
finding by the invariant that `src/zoo` names. Defects that take the key of the authorization server or a service wallet are
run with it; those that take a clock that jumps are left to `vcispec defects`. Prints a table; exits 1 if one was not caught.

Arguments, if any, are the defects to try instead of all. VCISPEC_BIN is the program, by default the release build.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEY = "tests/data/auth-key.jwk.json"
FLAGS = {
    "the authorization server's key": ["--as-key", KEY],
    "a service wallet": ["--service-wallet", "examples/service-wallet/wallet.json"],
}
ROW = "{:<40} {:>4}  {:<52} {:>9} {:>5} {:>8}  {}"


def program():
    given = os.environ.get("VCISPEC_BIN")
    if given:
        return given
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], check=True)
    return os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release/vcispec")


def serve(vcispec, defect):
    """The server, and the credential issuer identifier that it tells."""
    server = subprocess.Popen(
        [vcispec, "serve", "--port", "0", "--defect", defect, "--as-key", KEY]
        + ["--clients", "examples/service-wallet/clients.json", "--did-registry", "examples/service-wallet/dids"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    for line in server.stdout:
        if line.startswith("listening on "):
            return server, line.removeprefix("listening on ").strip()
    sys.exit(f"vcispec serve --defect {defect} did not start")


def size(case):
    """Mutations and requests of a case."""
    sends = []
    for step in (case or {}).get("steps", []):
        if isinstance(step, dict):
            sends += step.get("race", []) + ([step["send"]] if "send" in step else [])
    return sum(len(send.get("mutations", [])) for send in sends), len(sends)


def run(vcispec, row, folder):
    """The exit code, the finding of the rule that is meant, and what was printed."""
    server, url = serve(vcispec, row["id"])
    try:
        flags = FLAGS.get(row.get("takes"), [])
        done = subprocess.run(
            [vcispec, "run", url, *flags, "--report", "json", "--report-dir", folder],
            capture_output=True,
            text=True,
        )
    finally:
        server.terminate()
        server.wait()
    report = Path(folder, "report.json")
    findings = json.loads(report.read_text())["findings"] if report.exists() else []
    report.unlink(missing_ok=True)
    meant = [found for found in findings if found["invariant"] == row["invariant"]]
    return done.returncode, next(iter(meant), None), done.stdout + done.stderr


def main():
    os.chdir(ROOT)
    vcispec, names = program(), sys.argv[1:]
    rows = json.loads(subprocess.check_output([vcispec, "list", "defects", "--json"]))
    unknown = set(names) - {row["id"] for row in rows}
    if unknown:
        sys.exit(f"no defect is called {', '.join(sorted(unknown))}; see vcispec list defects")
    rows = [row for row in rows if row.get("invariant") and row.get("takes") != "a clock that jumps"]
    rows = [row for row in rows if not names or row["id"] in names]
    print(ROW.format("defect", "exit", "finding", "mutations", "steps", "seconds", "verdict"))
    caught, began = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            start = time.monotonic()
            code, found, text = run(vcispec, row, folder)
            is_caught = code == 1 and found is not None
            caught += is_caught
            mutations, steps = size(found["case"]) if found else ("-", "-")
            verdict = "caught" if is_caught else f"NOT CAUGHT by {row['invariant']}"
            named = found["invariant"] if found else "none"
            seconds = f"{time.monotonic() - start:.0f}"
            print(ROW.format(row["id"], code, named, mutations, steps, seconds, verdict), flush=True)
            if not is_caught:
                print(text, file=sys.stderr)
    print(f"{caught} of {len(rows)} caught in {time.monotonic() - began:.0f} s")
    return 0 if caught == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
