#!/usr/bin/env python3
"""Each defect of `vcispec list defects`, served over HTTP, must be caught by a plain `vcispec run URL`: exit code 1, and a
finding by the invariant that `src/zoo` names. Defects that take the key of the authorization server or a service wallet are
run with it; those that take a clock that jumps are left to `vcispec defects`. Prints a table; exits 1 if one was not caught.
VCISPEC_BIN is the program, by default the release build.
"""

import argparse
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEY = "tests/data/auth-key.jwk.json"
WALLET = "examples/service-wallet/wallet.json"
FLAGS = {
    "the authorization server's key": ["--as-key", KEY],
    "a service wallet": ["--service-wallet", WALLET],
}
BEHIND_A_REDIRECT = "a service wallet whose keys are behind a redirect"
ROW = "{:<40} {:>4}  {:<52} {:>9} {:>5} {:>8}  {}"


def program():
    given = os.environ.get("VCISPEC_BIN")
    if given:
        return given
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], check=True)
    return os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release/vcispec")


class Moved(http.server.BaseHTTPRequestHandler):
    """The service wallet's key set at /jwks, and a redirect to it anywhere else."""

    def do_GET(self):
        found = self.path == "/jwks"
        self.send_response(200 if found else 302)
        clients = json.loads(Path("examples/service-wallet/clients.json").read_text())
        body = json.dumps(clients[0]["jwks"] if found else {}).encode()
        if not found:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/jwks")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def redirected_wallet(folder):
    """A service wallet with a second name, whose keys are found through a redirect by a server that is begun here."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Moved)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wallet = json.loads(Path(WALLET).read_text())
    wallet["redirected"] = {
        "client_id": "https://redirected-wallet.example/vcispec",
        "jwks_uri": f"http://127.0.0.1:{server.server_port}/moved",
    }
    path = Path(folder, "wallet.json")
    path.write_text(json.dumps(wallet))
    return ["--service-wallet", str(path)]


def serve(vcispec, defects):
    """The server, and the credential issuer identifier that it tells."""
    server = subprocess.Popen(
        [vcispec, "serve", "--port", "0", "--as-key", KEY, *(word for name in defects for word in ("--defect", name))]
        + ["--allow-private-network", "--clients", "examples/service-wallet/clients.json", "--did-registry", "examples/service-wallet/dids"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    for line in server.stdout:
        if line.startswith("listening on "):
            return server, line.removeprefix("listening on ").strip()
    sys.exit(f"vcispec serve with {', '.join(defects)} did not start")


def size(case):
    """Mutations and requests of a case."""
    sends = []
    for step in (case or {}).get("steps", []):
        if isinstance(step, dict):
            sends += step.get("race", []) + ([step["send"]] if "send" in step else [])
    return sum(len(send.get("mutations", [])) for send in sends), len(sends)


def run(vcispec, rows, folder):
    """The exit code, the findings by the rules that are meant, and what was printed."""
    server, url = serve(vcispec, [row["id"] for row in rows])
    try:
        flags = [flag for takes in {row.get("takes") for row in rows} for flag in FLAGS.get(takes, [])]
        if any(row.get("takes") == BEHIND_A_REDIRECT for row in rows):
            flags = [flag for flag in flags if flag not in FLAGS["a service wallet"]] + redirected_wallet(folder)
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
    by_rule = {found["invariant"]: found for found in reversed(findings)}
    return done.returncode, [by_rule.get(row["invariant"]) for row in rows], done.stdout + done.stderr


def groups(rows, arguments):
    """The rows that are tried together."""
    known = {row["id"]: row for row in rows}
    unknown = {name for argument in arguments for name in argument.split("+")} - set(known)
    if unknown:
        sys.exit(f"no defect is called {', '.join(sorted(unknown))}; see vcispec list defects")
    wanted = [[known[name] for name in argument.split("+")] for argument in arguments]
    for rows in wanted:
        if len({row["invariant"] for row in rows}) < len(rows):
            sys.exit(f"one rule would catch several of {', '.join(row['id'] for row in rows)}")
    return wanted or [[row] for row in rows if row.get("invariant") and row.get("takes") != "a clock that jumps"]


def together(rows):
    """Groups in which each row has a rule of its own. What a valid run shows makes flows unusable, so it is kept apart."""
    found = []
    for is_plain in (False, True):
        pool = [row for row in rows if (row["needs"]["mutations"] + row["needs"]["steps"] > 1) == is_plain]
        rules = [row["invariant"] for row in pool]
        sets = [[] for _ in range(max(map(rules.count, rules), default=0))]
        for row in pool:
            free = [group for group in sets if row["invariant"] not in (other["invariant"] for other in group)]
            min(free, key=len).append(row)
        found += [group for group in sets if group]
    return found


def main():
    os.chdir(ROOT)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "defects", nargs="*", metavar="DEFECT[+DEFECT...]",
        help="what to try instead of all; those joined with + are on together, and each must be caught by a rule of its own",
    )
    parser.add_argument(
        "--together", action="store_true",
        help="as many at once as have rules of their own; those not caught in company are tried alone: a bug can hide another",
    )
    arguments = parser.parse_args()
    in_company = arguments.together
    vcispec = program()
    tried = groups(json.loads(subprocess.check_output([vcispec, "list", "defects", "--json"])), arguments.defects)
    defects = sum(len(rows) for rows in tried)
    if in_company:
        tried = together([row for rows in tried for row in rows])
    print(ROW.format("defect", "exit", "finding", "mutations", "steps", "seconds", "verdict"))
    caught, alone, began = 0, [], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        while tried:
            rows = tried.pop(0)
            start = time.monotonic()
            code, findings, text = run(vcispec, rows, folder)
            seconds = f"{time.monotonic() - start:.0f}"
            for row, found in zip(rows, findings):
                is_caught = code == 1 and found is not None
                caught += is_caught
                if not is_caught and in_company and len(rows) > 1:
                    alone.append([row])
                    continue
                mutations, steps = size(found["case"]) if found else ("-", "-")
                verdict = "caught" if is_caught else f"NOT CAUGHT by {row['invariant']}"
                named = found["invariant"] if found else "none"
                print(ROW.format(row["id"], code, named, mutations, steps, seconds, verdict), flush=True)
            if (code != 1 or None in findings) and not in_company:
                print(text, file=sys.stderr)
            if not tried:
                tried, alone = alone, []
    print(f"{caught} of {defects} caught in {time.monotonic() - began:.0f} s")
    return 0 if caught == defects else 1


if __name__ == "__main__":
    sys.exit(main())
