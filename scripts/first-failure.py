#!/usr/bin/env python3
"""Runs a test program, and ends it with its first failing test. For those who only ask whether any fails."""

import subprocess
import sys

program = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True, errors="replace")
for line in program.stdout:
    print(line, end="", flush=True)
    if line.startswith("test ") and line.rstrip().endswith("FAILED"):
        program.kill()
        sys.exit(101)
sys.exit(program.wait())
