# SPDX-License-Identifier: Apache-2.0
"""How quiet the machine was."""

import os
import pathlib
import resource
import time

# More of a machine of two cores than this taken by others, and figures say little.
BUSY_CORES = 0.15


class Load:
    """What others took of the processors between construction and finish(), from the system's accounts."""

    TICKS = os.sysconf("SC_CLK_TCK")

    def __init__(self):
        self.start = self.sample()

    @classmethod
    def sample(cls):
        line = pathlib.Path("/proc/stat").read_text(encoding="utf-8").split("\n")[0]
        user, nice, system, _, _, irq, softirq, steal = (int(x) for x in line.split()[1:9])
        ours = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return {"busy": (user + nice + system + irq + softirq) / cls.TICKS, "steal": steal / cls.TICKS, "ours": ours,
                "wall": time.monotonic()}

    def finish(self):
        end = self.sample()
        delta = {key: end[key] - self.start[key] for key in end}
        return {"wall_seconds": round(delta["wall"], 1),
                "cores_of_others": round((delta["busy"] - delta["ours"]) / delta["wall"], 3),
                "cores_stolen": round(delta["steal"] / delta["wall"], 3)}
