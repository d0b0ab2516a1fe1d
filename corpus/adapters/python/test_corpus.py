"""The vectors of the corpus against an issuer in Python, or against any command that speaks the lines of `exec:`.

Frozen vectors need nothing else: `pytest` holds example_issuer.py against them, or with VCISPEC_EXEC='COMMAND' that command;
VCISPEC_ENDPOINTS='credential deferred' says which endpoints it has, if not all. Symbolic vectors are signed by `vcispec replay`:
VCISPEC_BIN names it, VCISPEC_ISSUER a command that is a whole issuer. Copy this file, and put your issuer for `in_process`.
"""

import base64
import json
import os
import subprocess
import threading
from collections import Counter

import pytest
import vcispec_corpus as corpus
from example_issuer import DEFECTS, Issuer

COMMAND = os.environ.get("VCISPEC_EXEC")
ENDPOINTS = os.environ.get("VCISPEC_ENDPOINTS", "credential deferred token" if COMMAND else "credential")
FROZEN = [(setup, test) for setup, test in corpus.frozen() if test["endpoint"] in ENDPOINTS.split()]


def in_process(setup, test, defects=()):
    """What the issuer of this language answers: status and body."""
    issuer, request = Issuer(setup, test["state"], defects), test["request"]
    method, path, headers = (request[name] for name in ("method", "path", "headers"))
    status, _, body = issuer.handle(method, path, headers, corpus.body(request))
    return status, body


class Command:
    """A command that answers lines, one after the other."""

    def __init__(self, command):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, shell=True, stdin=pipe, stdout=pipe, text=True)
        self.lines = 0

    def answer(self, setup, test):
        self.ask(control="remember", setup=setup, state=test["state"])
        request = test["request"]
        line = {name: request[name] for name in ("method", "path", "headers")}
        answer = self.ask(**line, body_base64=base64.b64encode(corpus.body(request)).decode())
        return answer["status"], base64.b64decode(answer.get("body_base64", ""))

    def ask(self, **line):
        self.lines += 1
        overdue = threading.Timer(10, self.process.kill)
        overdue.start()
        self.process.stdin.write(json.dumps({"id": self.lines} | line) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "it said nothing"}')
        overdue.cancel()
        assert "error" not in answer and answer["id"] == self.lines, answer
        return answer

    def end(self):
        self.process.communicate(timeout=10)


@pytest.fixture(scope="module")
def issuer():
    """Who answers frozen vectors."""
    command = Command(COMMAND) if COMMAND else None
    yield command.answer if command else in_process
    if command:
        command.end()


def why_wrong(test, status, body):
    """Nothing if the answer is one that the vector allows."""
    if not corpus.is_allowed(test, status, body):
        return f"{test['comment']} expected {test['expected']}, got {status} {body[:300]!r}"


@pytest.mark.parametrize(("setup", "test"), FROZEN, ids=[test["id"] for _, test in FROZEN])
def test_frozen(issuer, setup, test):
    assert why_wrong(test, *issuer(setup, test)) is None


@pytest.mark.skipif(COMMAND is not None, reason="the bugs are those of the example")
@pytest.mark.parametrize(
    ("defect", "topic"),
    [("nonce-unchecked", "proof-claims"), ("proof-signature-unchecked", "proof-signature"), ("token-audience-unchecked", "minted")],
)
def test_frozen_vectors_find_a_bug(defect, topic):
    assert defect in DEFECTS
    wrong = [test["id"] for setup, test in FROZEN if why_wrong(test, *in_process(setup, test, [defect]))]
    topics = Counter(id.split("/")[0] for id in wrong)
    assert topics.most_common(1)[0][0] == topic, wrong


def replay(tmp_path, topic="", *flags):
    """The rules that `vcispec replay` finds broken with the symbolic vectors of a topic, or with all."""
    command = " ".join([os.environ["VCISPEC_ISSUER"], *flags])
    vectors = corpus.folder() / f"{topic}.json" if topic else corpus.folder()
    arguments = [os.environ["VCISPEC_BIN"], "replay", vectors, f"exec:{command}"]
    done = subprocess.run([*arguments, "--report", "json", "--report-dir", tmp_path], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    return {finding["invariant"] for finding in report["findings"]}


@pytest.mark.skipif("VCISPEC_ISSUER" not in os.environ, reason="needs vcispec and a whole issuer")
class TestSymbolic:
    def test_all(self, tmp_path):
        assert replay(tmp_path) == set()

    @pytest.mark.parametrize(
        ("topic", "defect", "rule"),
        [
            ("proof", "nonce-unchecked", "proof/nonce-is-the-c-nonce-of-this-token"),
            ("access-token", "token-replay-accepted", "access-token/single-use"),
            ("token-request", "pin-unchecked", "token/pin-checked"),
        ],
    )
    def test_a_bug_is_found(self, tmp_path, topic, defect, rule):
        assert rule in replay(tmp_path, topic, "--defect", defect)
