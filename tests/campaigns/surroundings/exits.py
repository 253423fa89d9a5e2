"""An interpreter that ends with a block open."""

import subprocess
import sys
from typing import Final

from .scene import Scene

SCRIPT: Final = """
import os, sys, threading, time
from versionchain import MemoryStore
path, way, durability = sys.argv[1:]
store = MemoryStore.open(path, durability=durability)
store.add("ada", "kept")
def write():
    global block
    block = store.transaction()
    tx = block.__enter__()
    for number in range(3):
        tx.add("ada", f"inside {number}")
if way == "another thread's":
    thread = threading.Thread(target=lambda: (write(), time.sleep(60)), daemon=True)
    thread.start()
    while not hasattr(thread, "_target") or "block" not in globals():
        time.sleep(0.001)
else:
    write()
if way == "sys.exit":
    sys.exit(3)
if way == "an error":
    raise ValueError
if way == "os._exit":
    os._exit(3)
if way == "at the end, in a with":
    with MemoryStore.open(path, busy_timeout=0.01):
        pass
"""

WAYS: Final = (
    "at the end",
    "sys.exit",
    "an error",
    "os._exit",
    "another thread's",
    "at the end, in a with",
)


def exit_in_a_block(scene: Scene) -> None:
    """What was acknowledged is there, nothing of the block is, and others can write."""
    way = scene.random.choice(WAYS)
    command = (sys.executable, "-c", SCRIPT, str(scene.path), way, scene.durability())
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    scene.expect("StoreError" not in ended.stderr, f"{way}: {ended.stderr}")
    wanted = {"sys.exit": 3, "os._exit": 3, "an error": 1}.get(way, 0)
    scene.expect(ended.returncode == wanted, f"{way}: {ended.returncode} {ended.stderr}")
    scene.reopened({"kept"})
