"""A disk that is full, and one that may not be written.

Full is a small file system in memory, where the system lets one be mounted; elsewhere, and every
third time, a limit on the size of a file. That is no full disk to the system ("file too large"),
so there only a typed error is asked for, not StorageFullError.
"""

import functools
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from versionchain import (
    CommitUnknownError,
    MemoryStore,
    ReadOnlyError,
    StorageError,
    StorageFullError,
)

from ..forks import done
from .scene import Scene

NOBODY: Final = 65534


def full_disk(scene: Scene) -> None:
    """It is refused by name, nothing is lost, and it goes on once there is space."""
    size = scene.random.randint(300_000, 1_500_000)
    if mountable() and scene.random.random() < 0.7:
        with _mounted(scene.folder / "disk", size) as disk:
            free = functools.partial(_mount, disk, f"remount,size={8 * size}")
            _filled(scene, disk / "scene.db", free, StorageFullError)
        scene.run.count("full disks")
        return

    def limited(pipe: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        _filled(
            scene,
            scene.path,
            lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard)),
            StorageError,
        )
        for finding in scene.run.findings:
            raise AssertionError(finding)

    said = done(limited)
    scene.expect(not said, said)
    scene.run.count("full files")


def _filled(scene: Scene, path: Path, free: Callable[[], None], error: type[StorageError]) -> None:
    store = scene.opened(path)
    kept, unknown = _until_full(scene, store, error)
    if scene.random.random() < 0.4:
        store.close()
        with suppress(StorageError):
            store = scene.opened(path)
    if not store._closed:
        scene.holds(store, kept, unknown)
    free()
    if store._closed:
        store = scene.opened(path)
    store.add("ada", "when there was space")
    kept.add("when there was space")
    scene.holds(store, kept, unknown)
    store.close()
    scene.reopened(kept, unknown, path)


def _until_full(
    scene: Scene, store: MemoryStore, error: type[StorageError]
) -> tuple[set[str], set[str]]:
    """Writes until that is refused a few times; what was acknowledged, and what may be there."""
    random, refusals = scene.random, 0
    kept: set[str] = set()
    unknown: set[str] = set()
    for number in range(3000):
        texts = [
            f"{number}.{part} " + "x" * random.randint(10, 20_000)
            for part in range(random.choice((1, 1, 3)))
        ]
        try:
            if len(texts) == 1:
                store.add("ada", texts[0])
            else:
                with store.transaction() as tx:
                    for text in texts:
                        tx.add("ada", text)
        except error as refused:
            refusals += 1
            if isinstance(refused, CommitUnknownError):
                unknown |= set(texts)
        else:
            kept |= set(texts)
        if refusals == 5:
            return kept, unknown
    scene.expect(False, "a full disk was never told of")
    return kept, unknown


def read_only(scene: Scene) -> None:
    """A folder, a file or both that may not be written: right answers or a typed error."""
    folder = scene.folder / "closed"
    folder.mkdir()
    path = folder / "scene.db"
    with scene.opened(path) as store:
        store.add("ada", "before")
    if scene.random.random() < 0.5:
        for beside in folder.glob("*-*"):
            beside.unlink()
    modes = scene.random.choice(((0o555, 0o444), (0o555, 0o666), (0o777, 0o444), (0o777, 0o000)))
    for each in folder.iterdir():
        each.chmod(modes[1])
    folder.chmod(modes[0])
    scene.folder.chmod(0o755)
    scene.run.folder.chmod(0o755)
    before = path.read_bytes()

    def visits(pipe: int) -> None:
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        _visited(path)

    said = done(visits)
    scene.expect(not said, f"{modes[0]:o} {modes[1]:o}: {said}")
    scene.expect(path.read_bytes() == before, "the file was changed")
    folder.chmod(0o755)
    for each in folder.iterdir():
        each.chmod(0o644)
    scene.reopened({"before"}, path=path)
    scene.run.count("read-only places")


def _visited(path: Path) -> None:
    try:
        store = MemoryStore.open(path, busy_timeout=1.0)
    except StorageError as error:
        if "permission" in str(error) or "written" in str(error):
            return
        raise
    assert [memory.content for memory in store.memories("ada").items] == ["before"]
    assert store.verify().ok
    try:
        store.add("ada", "never")
    except ReadOnlyError:
        assert store.count("ada").versions == 1
    else:
        raise AssertionError("a write came back")
    store.close()


@functools.cache
def mountable() -> bool:
    """Whether a small file system can be mounted here."""
    if os.getuid() != 0:
        return False
    with TemporaryDirectory() as folder:
        try:
            with _mounted(Path(folder) / "disk", 100_000):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextmanager
def _mounted(folder: Path, size: int) -> Iterator[Path]:
    folder.mkdir()
    _mount(folder, f"size={size}")
    try:
        yield folder
    finally:
        subprocess.run(("umount", "-l", str(folder)), check=True, capture_output=True)


def _mount(folder: Path, options: str) -> None:
    command = ("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    subprocess.run(command, check=True, capture_output=True)
