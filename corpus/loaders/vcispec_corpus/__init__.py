"""The vectors of vcispec: symbolic ones, which `vcispec replay` signs anew, and frozen ones, to the byte.

>>> load("proof")["numberOfTests"] == len(list(vectors("proof")))
True
>>> all(setup["time"] == 1704067200 for setup, test in frozen("token"))
True

README.md of the corpus describes the members of a vector, ebsi-v3/frozen/README.md those of a frozen one.
"""

import base64
import json
from pathlib import Path

__all__ = ["body", "folder", "frozen", "is_allowed", "load", "topics", "vectors"]


def folder(profile="ebsi-v3"):
    """The folder of a profile."""
    here = Path(__file__).resolve().parent
    installed, in_repository = here / profile, here.parent.parent / profile
    return installed if installed.is_dir() else in_repository


def topics(kind="", profile="ebsi-v3"):
    """The names of the files; of the frozen ones with kind="frozen"."""
    return sorted(path.stem for path in (folder(profile) / kind).glob("*.json"))


def load(topic, profile="ebsi-v3"):
    """A file as it is: load("proof"), or load("frozen/token")."""
    return json.loads((folder(profile) / f"{topic}.json").read_text("utf-8"))


def vectors(topic=None, profile="ebsi-v3"):
    """The vectors of a topic, or all."""
    for name in topics(profile=profile) if topic is None else [topic]:
        for group in load(name, profile)["testGroups"]:
            yield from group["tests"]


def frozen(topic=None, profile="ebsi-v3"):
    """The frozen vectors of a topic, or all, each with the setup of its file."""
    for name in topics("frozen", profile) if topic is None else [topic]:
        file = load(f"frozen/{name}", profile)
        for test in file["tests"]:
            yield file["setup"], test


def body(request):
    """The bytes of a frozen request's body."""
    if "bodyBase64" in request:
        return base64.b64decode(request["bodyBase64"])
    return request["body"].encode("utf-8")


def is_allowed(test, status, body):
    """Whether a frozen vector allows this answer."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    answer = answer if isinstance(answer, dict) else {}
    return any(
        status in kind["status"]
        and ("error" not in kind or answer.get("error") in kind["error"])
        and ("holds" not in kind or any(name in answer for name in kind["holds"]))
        and not any(name in answer for name in kind.get("lacks", []))
        for kind in test["expected"]
    )
