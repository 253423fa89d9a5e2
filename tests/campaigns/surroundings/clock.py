"""A clock that goes back: times never fall."""

from datetime import timedelta

from versionchain import MemoryStore
from versionchain.testing.looking import walk

from ..calling import START
from .scene import Scene


def clock_goes_back(scene: Scene) -> None:
    """Each revision's time is the larger of the clock's and the tenant's last, whoever opens it."""
    random, now = scene.random, START
    file, tenants = random.random() < 0.5, ("home", "away")
    last = dict.fromkeys(tenants, START - timedelta(days=1000))
    wanted: dict[str, list[object]] = {tenant: [] for tenant in tenants}

    def opened() -> MemoryStore:
        return scene.opened(clock=lambda: now) if file else MemoryStore(clock=lambda: now)

    store = opened()
    for _ in range(random.randint(5, 25)):
        now += timedelta(
            seconds=random.choice((0, 1, 60, -1, -3600)), microseconds=random.randint(0, 9)
        )
        tenant = random.choice(tenants)
        last[tenant] = max(last[tenant], now)
        wanted[tenant].append(last[tenant])
        handle = store.for_tenant(tenant)
        if found := handle.memories("ada").items and random.random() < 0.6:
            newest = handle.memories("ada").items[0]
            if random.random() < 0.7:
                handle.update(newest.id, "again")
            else:
                handle.delete(newest.id)
        else:
            handle.add("ada", "first")
        del found
        if file and random.random() < 0.1:
            store.close()
            store = opened()
    for tenant in tenants:
        handle = store.for_tenant(tenant)
        times = [revision.created_at for revision in walk(handle.revisions)]
        scene.expect(times == wanted[tenant], "a time fell, or is nobody's")
        report = handle.verify()
        scene.expect(report.ok, f"verify: {report.violations[:3]}")
    store.close()
