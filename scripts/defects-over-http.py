#!/usr/bin/env python3
"""Each defect of `vcispec list defects`, served over HTTP, must be caught by a plain `vcispec run URL`: exit code 1, and a
finding by the invariant that `src/zoo` names (a note by itself does not fail a run). Of several defects of one rule that are
served together each must be seen with the change that shows it and none of the others (`tests/data/kills.json`). Defects that take the key of the authorization server or a service wallet are
run with it; those that take a clock that jumps are left to `vcispec defects`. Prints a table; exits 1 if one was not caught.
VCISPEC_BIN is the program, by default the release build.
"""

import argparse
import concurrent.futures
import http.server
import itertools
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
KILLS = "tests/data/kills.json"
FLAGS = {
    "the authorization server's key": ["--as-key", KEY],
    "a service wallet": ["--service-wallet", WALLET],
}
BEHIND_A_REDIRECT = "a service wallet whose keys are behind a redirect"
# How many defects are served together, about: a bug can hide another, so those that were not caught are tried again in smaller
# company, and alone in the end.
COMPANY = [30, 8, 1]
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


def sends(case):
    """The requests of a case."""
    steps = [step for step in (case or {}).get("steps", []) if isinstance(step, dict)]
    return [send for step in steps for send in step.get("race", []) + ([step["send"]] if "send" in step else [])]


def mutations(case):
    return [mutation for send in sends(case) for mutation in send.get("mutations", [])]


def size(case):
    """Mutations and requests of a case."""
    return len(mutations(case)), len(sends(case))


class Kills:
    """What shows each defect, and how those of one rule are told apart."""

    def __init__(self):
        self.known = {kill["defect"]: kill for kill in json.loads(Path(KILLS).read_text())}

    def change(self, row):
        """The one change that shows a defect, if it is one."""
        changes = mutations(self.known.get(row["id"], {}).get("case"))
        return changes[0] if len(changes) == 1 else None

    def are_told_apart(self, row, other):
        if row["invariant"] != other["invariant"]:
            return True
        changes = {self.change(row), self.change(other)}
        shown = {name for one in (row, other) for name in self.known[one["id"]].get("shows_too", [])}
        return None not in changes and len(changes) == 2 and not shown & {row["id"], other["id"]}

    def is_caught(self, row, company, findings):
        """The finding that catches a defect, served with this company."""
        of_rule = [found for found in findings if found["invariant"] == row["invariant"]]
        if any(other is not row and other["invariant"] == row["invariant"] for other in company):
            change = self.change(row)
            of_rule = [found for found in of_rule if change in found["seen_with"] or change in found["mutations"]]
        return of_rule[0] if of_rule else None


def run(vcispec, rows, kills):
    """The exit code, for each row the finding that catches it, what was printed, and how many seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        return *run_in(folder, vcispec, rows, kills), time.monotonic() - start


def run_in(folder, vcispec, rows, kills):
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
    return done.returncode, [kills.is_caught(row, rows, findings) for row in rows], done.stdout + done.stderr


def groups(rows, arguments, kills):
    """The rows that are tried together."""
    known = {row["id"]: row for row in rows}
    unknown = {name for argument in arguments for name in argument.split("+")} - set(known)
    if unknown:
        sys.exit(f"no defect is called {', '.join(sorted(unknown))}; see vcispec list defects")
    wanted = [[known[name] for name in argument.split("+")] for argument in arguments]
    for rows in wanted:
        for row, other in itertools.combinations(rows, 2):
            if not kills.are_told_apart(row, other):
                sys.exit(f"one rule would catch {row['id']} and {other['id']}, and not tell them apart")
    return wanted or [[row] for row in rows if row.get("invariant") and row.get("takes") != "a clock that jumps"]


def together(rows, kills, company):
    """Groups of about so many rows that are told apart. What a valid run shows makes flows unusable, so it is kept apart."""
    found = []
    for is_plain in (False, True):
        pool = [row for row in rows if (row["needs"]["mutations"] + row["needs"]["steps"] > 1) == is_plain]
        sets = [[] for _ in range(-(-len(pool) // company))]
        for row in pool:
            free = [group for group in sets if all(kills.are_told_apart(row, other) for other in group)]
            if not free:
                sets.append([])
                free = sets[-1:]
            min(free, key=len).append(row)
        found += [group for group in sets if group]
    return found


def main():
    os.chdir(ROOT)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "defects", nargs="*", metavar="DEFECT[+DEFECT...]",
        help="what to try instead of all; those joined with + are on together, and each must be told from the others",
    )
    parser.add_argument(
        "--together", action="store_true",
        help="many at once that can be told apart; those not caught are tried again in smaller company, and alone: a bug can hide another",
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many are tested at once; a run waits much of its time")
    arguments = parser.parse_args()
    vcispec = program()
    kills = Kills()
    tried = groups(json.loads(subprocess.check_output([vcispec, "list", "defects", "--json"])), arguments.defects, kills)
    defects = sum(len(rows) for rows in tried)
    print(ROW.format("defect", "exit", "finding", "mutations", "steps", "seconds", "verdict"))
    caught, began = 0, time.monotonic()
    rounds = COMPANY if arguments.together else [None]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for company in rounds:
            if company:
                tried = together([row for rows in tried for row in rows], kills, company)
            is_last, missed = company == rounds[-1], []
            runs = pool.map(lambda rows: run(vcispec, rows, kills), tried)
            for rows, (code, findings, text, seconds) in zip(tried, runs):
                for row, found in zip(rows, findings):
                    # What is merely worth knowing fails no run.
                    is_caught = found is not None and (code == 1 or found["grade"] == "note")
                    caught += is_caught
                    if not is_caught and not is_last:
                        missed.append(row)
                        continue
                    mutations, steps = size(found["case"]) if found else ("-", "-")
                    verdict = "caught" if is_caught else f"NOT CAUGHT by {row['invariant']}"
                    named = found["invariant"] if found else "none"
                    print(ROW.format(row["id"], code, named, mutations, steps, f"{seconds:.0f}", verdict), flush=True)
                if None in findings and is_last:
                    print(text, file=sys.stderr)
            tried = [missed]
            if not missed:
                break
    print(f"{caught} of {defects} caught in {time.monotonic() - began:.0f} s")
    return 0 if caught == defects else 1


if __name__ == "__main__":
    sys.exit(main())
