"""Models of the hub, fetched from a server in this process: pinned, recorded, checked, refused."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tiny_models import tiny_model

from stance.registry import known_model

COMMIT = "c0ffee00" * 5


def _entry(file: Path) -> dict[str, object]:
    oid = hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()
    return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": oid}


def _serve(folder: Path) -> ThreadingHTTPServer:
    """What a snapshot asks of the hub: the commit of a revision, its files, and each of them.

    Every id and revision leads to the same files. ``asked`` collects the paths.
    """

    class Hub(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, *, body: bool) -> None:
            server.asked.append(self.path)  # type: ignore[attr-defined]
            if "/tree/" in self.path:
                data = json.dumps([_entry(f) for f in sorted(folder.iterdir())]).encode()
                commit = self.path.split("/tree/")[1].split("?")[0].split("/")[0]
            elif "/api/models/" in self.path:
                named = self.path.rsplit("/revision/", 1)[-1].split("?")[0]
                commit = named if len(named) == 40 else COMMIT
                files = [{"rfilename": f.name} for f in sorted(folder.iterdir())]
                data = json.dumps({"id": "any/model", "sha": commit, "siblings": files}).encode()
            else:
                _, _, commit, name = self.path.split("?")[0].rsplit("/", 3)
                data = (folder / name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
            self.send_header("X-Repo-Commit", commit)
            self.end_headers()
            if body:
                self.wfile.write(data)

        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model in the label order that the registry states, with what must not be fetched."""
    folder = tmp_path_factory.mktemp("repo")
    labels = ["entailment", "neutral", "contradiction"]
    tiny_model(
        folder,
        "deberta-v2",
        id2label=dict(enumerate(labels)),
        label2id={name: i for i, name in enumerate(labels)},
    )
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    return folder


@pytest.fixture
def hub(repo: Path) -> Iterator[ThreadingHTTPServer]:
    server = _serve(repo)
    yield server
    server.shutdown()


def _run(code: str, home: Path, server: ThreadingHTTPServer | None) -> subprocess.CompletedProcess:
    """A process of its own, because the hub's address is read when its client is imported."""
    port = server.server_port if server else 9  # nothing listens on the discard port
    environment = os.environ | {
        "HF_ENDPOINT": f"http://127.0.0.1:{port}",
        "HF_HOME": str(home),
        "STANCE_CACHE": str(home / "stance"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "no_proxy": "*",
    }
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )


FIND = """
import sys
from stance.errors import ModelError
from stance.models import find_model
try:
    ref = find_model({name!r})
    print(ref.name, ref.sha256, *ref.languages)
except ModelError as error:
    print("refused:", error)
"""


def test_a_known_name_fetches_its_commit_and_is_recorded_by_it(
    hub: ThreadingHTTPServer, repo: Path, tmp_path: Path
) -> None:
    known = known_model("mdeberta-v3-base")
    assert known is not None
    done = _run(FIND.format(name=known.name), tmp_path, hub)
    digest = hashlib.sha256((repo / "model.safetensors").read_bytes()).hexdigest()
    expected = [f"{known.hub}@{known.revision}", digest, *known.languages]
    assert done.stdout.split() == expected, done.stderr
    assert all(known.revision in path for path in hub.asked)  # type: ignore[attr-defined]
    assert not [path for path in hub.asked if path.endswith(".bin")]  # type: ignore[attr-defined]
    offline = _run(FIND.format(name=known.hub), tmp_path, None)
    assert offline.stdout == done.stdout, "what was fetched once needs no network"


def test_a_branch_is_recorded_as_the_commit_it_stood_for(
    hub: ThreadingHTTPServer, tmp_path: Path
) -> None:
    done = _run(FIND.format(name="some-org/some-model@main"), tmp_path, hub)
    assert done.stdout.split()[0] == f"some-org/some-model@{COMMIT}", done.stderr


def test_another_label_order_than_the_registrys_is_refused(tmp_path: Path) -> None:
    other = tiny_model(tmp_path / "other", "deberta-v2")  # contradiction first
    server = _serve(other)
    done = _run(FIND.format(name="deberta-v3-large"), tmp_path / "home", server)
    server.shutdown()
    assert "refused: the labels of" in done.stdout and "registry says" in done.stdout, done.stderr


def test_no_network_is_one_clear_line(tmp_path: Path) -> None:
    done = _run(FIND.format(name="deberta-v3-large"), tmp_path, None)
    assert done.stdout.startswith("refused: cannot fetch MoritzLaurer/"), done.stderr
