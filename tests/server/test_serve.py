"""`versionchain serve`: the real command, on a port of its own, until it is interrupted."""

import re
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from versionchain import MemoryStore
from versionchain.cli.serve import serve

EXAMPLES = re.findall(r"^ *(versionchain serve .+)$", serve.help, re.MULTILINE)


@contextmanager
def served(folder, *options: str):
    """The command in a process of its own; its URL, and after the block its end in good order."""
    command = [sys.executable, "-m", "versionchain.cli", "serve", *options]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stderr:
                if found := re.search(r"http://\S+:\d+", line):
                    yield found[0]
                    break
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_serves_the_page_and_the_fakes(tmp_path, line):
    """Each example of the help is run as it stands there, but for the port, which is a free one."""
    words = shlex.split(line)[2:]
    words[words.index("--port") + 1] = "0"
    with served(tmp_path, *words) as url:
        assert httpx.get(url).status_code == 200
        assert httpx.get(f"{url}/api/v1/users").status_code == 401
        assert httpx.get(f"{url}/openapi.json").status_code == 200


def test_what_was_written_is_in_the_file(tmp_path):
    """A memory of a service is a memory of the file's tenant, with keys of one's own."""
    keys = ("--recallr-key", "mine=shop", "--callers-key", "yours=acme")
    with served(tmp_path, "--db", "agent.db", "--port", "0", *keys) as url:
        head = {"X-Recallr-Api-Key": "mine", "X-Recallr-Project-Id": "shop"}
        made = httpx.post(f"{url}/api/v1/users", headers=head, json={"custom_user_id": "ada"})
        assert made.status_code == 201
        people = f"{url}/contacts/{'0' * 24}/memories"
        note = {"name": "Note", "text": "Prefers tea"}
        made = httpx.post(people, headers={"Authorization": "yours"}, json=note)
        assert made.status_code in (201, 404)
    with MemoryStore.open(tmp_path / "agent.db") as store:
        assert store.for_tenant("acme").verify().ok
        assert store.for_tenant("versionchain.server").verify().ok


@pytest.mark.parametrize(
    "options", [(), ("--memory", "--db", "x.db"), ("--memory", "--recallr-key", "no")]
)
def test_what_is_not_understood_is_one_line(tmp_path, options):
    """A wrong option ends with 2 before anything is served or made."""
    command = [sys.executable, "-m", "versionchain.cli", "serve", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []
