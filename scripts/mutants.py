#!/usr/bin/env python3
"""How many of the changes that cargo-mutants makes to the code do the tests notice?

cargo-mutants compiles the crate once a change, which takes minutes each time. This draws a sample of its list, puts all of
them into one copy of the tree, each behind a number that is given when the tests run, and compiles that once. A change that
does not compile, or that stands where it cannot be switched (a constant, the condition of an `if let` chain), is left out
and another is drawn in its place.

Needs cargo-mutants (`cargo install --locked cargo-mutants`) and, from PyPI, tree-sitter and tree-sitter-rust.

    scripts/mutants.py --seed 1 --count 60 src/invariants src/oracle src/issuer/credential

Prints a line a change: killed by which test, or survived. Exits 1 if fewer than --floor percent are killed.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import tree_sitter
import tree_sitter_rust

ROOT = Path(__file__).resolve().parent.parent
RUST = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))
SWITCH = '''
/// Whether this change is switched on.
#[doc(hidden)]
pub fn is_mutant(number: u32) -> bool {
    static CHOSEN: std::sync::LazyLock<Option<u32>> =
        std::sync::LazyLock::new(|| std::env::var("VCISPEC_MUTANT").ok()?.parse().ok());
    *CHOSEN == Some(number)
}
'''
# Tests that compile the crate again, or hold something that the copy changes on purpose.
SKIPPED = ["cli::exec", "corpus::exec", "architecture", "docs"]


class Unfit(Exception):
    """The change cannot be switched."""


def listed(folders):
    """What cargo-mutants would do to files in these folders."""
    globs = [word for folder in folders for word in ("--file", f"{folder}/**" if (ROOT / folder).is_dir() else folder)]
    out = subprocess.run(
        ["cargo", "mutants", "--list", "--json", "--no-config", *globs], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(out.stdout)


class Source:
    """A file with the edits that put changes into it."""

    def __init__(self, path):
        self.path = path
        self.bytes = (ROOT / path).read_bytes()
        self.lines = [0]
        for line in self.bytes.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.tree = RUST.parse(self.bytes)
        self.edits = {}

    def offset(self, place):
        """cargo-mutants counts lines and columns, in characters, from 1."""
        begin = self.lines[place["line"] - 1]
        line = self.bytes[begin : self.lines[place["line"]]].decode()
        return begin + len(line[: place["column"] - 1].encode())

    def text(self, begin, end):
        return self.bytes[begin:end].decode()

    def node(self, begin, end):
        return self.tree.root_node.descendant_for_byte_range(begin, end)

    def edit(self, mutant, number):
        """The range of the file that the change takes, and what comes in its place."""
        begin, end = self.offset(mutant["span"]["start"]), self.offset(mutant["span"]["end"])
        to, switch = mutant["replacement"], f"crate::is_mutant({number})"
        genre = mutant["genre"]
        if genre == "FnValue":
            return self.body(begin, end, to, switch)
        if genre == "BinaryOperator":
            node = self.node(begin, end)
            while node and node.type not in ("binary_expression", "compound_assignment_expr"):
                node = node.parent
            operator = node and node.child_by_field_name("operator")
            if not operator or (operator.start_byte, operator.end_byte) != (begin, end) or inside_chain(node):
                raise Unfit
            left = self.text(node.start_byte, begin)
            right = self.text(end, node.end_byte)
            old = self.text(begin, end)
            return node.start_byte, node.end_byte, f"(if {switch} {{ {left}{to}{right} }} else {{ {left}{old}{right} }})"
        if genre == "UnaryOperator":
            node = self.node(begin, end)
            while node and node.type != "unary_expression":
                node = node.parent
            if not node or node.start_byte != begin or inside_chain(node):
                raise Unfit
            rest = self.text(end, node.end_byte)
            return node.start_byte, node.end_byte, f"(if {switch} {{ {rest} }} else {{ {self.text(begin, end)}{rest} }})"
        if genre == "MatchArmGuard":
            if self.text(begin, end).lstrip().startswith("let ") or " let " in self.text(begin, end):
                raise Unfit
            return begin, end, f"(if {switch} {{ {to} }} else {{ {self.text(begin, end)} }})"
        if genre == "MatchArm":
            node = self.node(begin, end)
            while node and node.type != "match_arm":
                node = node.parent
            pattern = node and node.child_by_field_name("pattern")
            if not pattern:
                raise Unfit
            guard = pattern.child_by_field_name("condition")
            if guard is None:
                return pattern.end_byte, pattern.end_byte, f" if !{switch}"
            if "let" in guard.type:
                raise Unfit
            text = self.text(guard.start_byte, guard.end_byte)
            return guard.start_byte, guard.end_byte, f"!{switch} && ({text})"
        raise Unfit

    def body(self, begin, end, to, switch):
        """A function that gives something else at once. Its braces may be in the span or around it."""
        node = self.node(begin, end)
        while node and node.type != "function_item":
            node = node.parent
        if not node or b"const " in self.bytes[node.start_byte : node.child_by_field_name("body").start_byte]:
            raise Unfit
        at = node.child_by_field_name("body").start_byte + 1
        return at, at, f" if {switch} {{ return {to}; }} "

    def add(self, mutant, number):
        begin, end, text = self.edit(mutant, number)
        for other_begin, other_end, _ in self.edits.values():
            if begin < other_end and other_begin < end or begin == end and other_begin <= begin <= other_end:
                raise Unfit
        self.edits[number] = (begin, end, text)

    def write(self, tree):
        out = self.bytes
        for begin, end, text in sorted(self.edits.values(), reverse=True):
            out = out[:begin] + text.encode() + out[end:]
        (tree / self.path).write_bytes(out)


def inside_chain(node):
    while node and "statement" not in node.type and node.type not in ("block", "match_arm"):
        if node.type == "let_chain":
            return True
        node = node.parent
    return False


def copy(tree):
    """The tree as git knows it, with changes that are not committed."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            if not (tree / name).is_file() or (tree / name).read_bytes() != (ROOT / name).read_bytes():
                shutil.copyfile(ROOT / name, tree / name)
                shutil.copymode(ROOT / name, tree / name)
    (tree / "src/lib.rs").write_text((ROOT / "src/lib.rs").read_text() + SWITCH)


def cargo(tree, *words):
    environment = {**os.environ, "CARGO_TARGET_DIR": str(tree / "target")}
    done = subprocess.run(["cargo", *words], cwd=tree, env=environment, capture_output=True, text=True)
    return done


def faulty(tree, sources):
    """The changes that do not compile."""
    done = cargo(tree, "check", "--lib", "--message-format=json")
    found, others = set(), []
    for line in done.stdout.splitlines():
        message = json.loads(line).get("message") or {}
        if message.get("level") != "error" or not message.get("spans"):
            continue
        numbers = set()
        for span in message["spans"]:
            path = tree / span["file_name"]
            if span["file_name"] in sources:
                text = path.read_bytes()[: span["byte_end"] + 200].decode(errors="replace")
                near = re.findall(r"is_mutant\((\d+)\)", text)
                numbers |= {int(number) for number in near[-1:]}
        found |= numbers
        if not numbers:
            others.append(message.get("rendered", ""))
    if done.returncode and not found:
        sys.exit("the copy does not compile:\n" + "\n".join(others) + done.stderr)
    return found if done.returncode else set()


def put_in(tree, pool, count):
    """Puts `count` changes into the tree; which, by number."""
    sources, chosen = {}, {}
    number = 0
    while True:
        while len(chosen) < count and pool:
            mutant = pool.pop()
            number += 1
            source = sources.setdefault(mutant["file"], Source(mutant["file"]))
            try:
                source.add(mutant, number)
                chosen[number] = mutant
            except Unfit:
                pass
        for source in sources.values():
            source.write(tree)
        bad = faulty(tree, sources)
        if not bad:
            return chosen
        for each in bad & set(chosen):
            del sources[chosen.pop(each)["file"]].edits[each]


def tests(tree):
    done = cargo(tree, "test", "--no-run", "--message-format=json")
    if done.returncode:
        sys.exit(done.stderr)
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["kind"] == ["test"]:
            return message["executable"]
    sys.exit("there is no test binary")


def run(tree, binary, number, skipped, patience):
    """The first test that fails, if one does."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(tree / "target"), "CARGO_MANIFEST_DIR": str(tree)}
    environment.setdefault("RUST_TEST_THREADS", "4")
    if number is not None:
        environment["VCISPEC_MUTANT"] = str(number)
    words = [binary] + [word for name in skipped for word in ("--skip", name)]
    process = subprocess.Popen(words, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    failed, began = [], time.monotonic()
    try:
        os.set_blocking(process.stdout.fileno(), True)
        for line in process.stdout:
            name = re.match(r"test (\S+) .*\.\.\. FAILED", line) or re.match(r"test (\S+) \.\.\. FAILED", line)
            if name:
                failed.append(name.group(1))
                if number is not None:
                    break
            if time.monotonic() - began > patience:
                failed.append("time")
                break
    finally:
        process.kill()
        code = process.wait()
    if not failed and code not in (0, -9):
        failed.append(f"the process ended with {code}")
    return failed


def main():
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("paths", nargs="+", help="folders and files of src")
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--count", type=int, default=60)
    given.add_argument("--floor", type=float, default=85, help="percent")
    given.add_argument("--tree", type=Path, default=ROOT / "target/mutants", help="where the copy goes")
    given = given.parse_args()
    tree = given.tree.resolve()
    tree.mkdir(parents=True, exist_ok=True)
    copy(tree)
    pool = sorted(listed(given.paths), key=lambda mutant: mutant["name"])
    print(f"{len(pool)} changes are possible", flush=True)
    random.Random(given.seed).shuffle(pool)
    chosen = put_in(tree, pool, given.count)
    binary = tests(tree)
    began = time.monotonic()
    sound = run(tree, binary, None, SKIPPED, 3600)
    whole = time.monotonic() - began
    print(f"without a change: {whole:.0f} s, {len(sound)} tests fail and are left out {sound}", flush=True)
    killed = 0
    for number, mutant in chosen.items():
        began = time.monotonic()
        failed = run(tree, binary, number, SKIPPED + sound, 4 * whole + 60)
        killed += bool(failed)
        verdict = f"killed by {failed[0]}" if failed else "SURVIVED"
        print(f"{verdict:<70} {time.monotonic() - began:5.0f} s  {mutant['name']}", flush=True)
    share = 100 * killed / max(1, len(chosen))
    print(f"{killed} of {len(chosen)} killed, {share:.0f}%")
    return 0 if chosen and share >= given.floor else 1


if __name__ == "__main__":
    sys.exit(main())
