#!/usr/bin/env python3
"""Line coverage by folder, from what `llvm-cov export -summary-only` writes to FILE. Fails if that of the issuer is below FLOOR,
in percent: scripts/fuzz-coverage.sh calls it.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Deliberate bugs, other readings and servers are not what a target carries out.
APART = ("src/issuer/lies/", "src/issuer/reading/", "src/issuer/guarded_fetcher/", "src/issuer/serve.rs")
WORST = 12


def main():
    path, floor = sys.argv[1], float(sys.argv[2])
    with open(path) as file:
        files = json.load(file)["data"][0]["files"]
    lines = {}
    for one in files:
        path = Path(one["filename"])
        # The crates that it is built from are reported on too.
        if path.is_relative_to(ROOT / "src"):
            lines[path.relative_to(ROOT).as_posix()] = one["summary"]["lines"]
    share = {}
    for folder in ("src/issuer/", "src/invariants/", "src/wallet/", "src/oracle/"):
        of_it = [one for name, one in lines.items() if name.startswith(folder) and not name.startswith(APART)]
        covered, count = (sum(one[key] for one in of_it) for key in ("covered", "count"))
        share[folder] = 100 * covered / count
        print(f"{folder:<16} {share[folder]:5.1f}% of {count} lines")
    least = sorted(lines.items(), key=lambda item: item[1]["covered"] - item[1]["count"])
    least = [item for item in least if item[0].startswith("src/issuer/") and not item[0].startswith(APART)]
    print("Where most is missed:")
    for name, one in least[:WORST]:
        print(f"  {name:<44} {one['count'] - one['covered']:>4} of {one['count']}")
    if share["src/issuer/"] < floor:
        sys.exit(f"{share['src/issuer/']:.1f}% of the issuer's lines, less than the {floor}% of fuzz/coverage-floor")


if __name__ == "__main__":
    main()
