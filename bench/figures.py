# SPDX-License-Identifier: Apache-2.0
"""Looking up figures in the JSON that run.py writes."""

MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


class Figures:
    """Medians by name, e.g. "BM_Rotate/isa:avx512ifma/log_n:16/level:23/threads:1"."""

    def __init__(self, joined):
        self.medians = {}
        self.fastest_entries = {}
        for entry in joined["benchmarks"]:
            name = entry.get("run_name", entry["name"])
            if entry.get("aggregate_name", "median") == "median":
                self.medians.setdefault(name, entry)
            if entry.get("aggregate_name", "min") == "min":
                self.fastest_entries.setdefault(name, entry)

    def names(self):
        return self.medians.keys()

    def microseconds(self, name):
        """None if it was not measured."""
        return self.time_of(self.medians.get(name))

    def fastest_milliseconds(self, name):
        """Of the repetitions: what is left when others disturb the machine for a part of the run."""
        time = self.time_of(self.fastest_entries.get(name))
        return None if time is None else time / 1e3

    @staticmethod
    def time_of(entry):
        return None if entry is None else entry["real_time"] * MICROSECONDS[entry["time_unit"]]

    def milliseconds(self, name):
        time = self.microseconds(name)
        return None if time is None else time / 1e3

    def counter(self, name, key):
        return self.medians.get(name, {}).get(key)

    def families(self):
        """Kernel families, the fastest first."""
        found = []
        for name in self.names():
            for word in name.split("/"):
                if word.startswith("isa:") and word[4:] not in found:
                    found.append(word[4:])
        return found

    def levels(self, log_n):
        """Levels that were measured at a ring degree, highest first."""
        found = set()
        for name in self.names():
            words = name.split("/")
            if words[0] == "BM_Rotate" and f"log_n:{log_n}" in words:
                found |= {int(word[6:]) for word in words if word.startswith("level:")}
        return sorted(found, reverse=True)


def ratio(numerator, denominator):
    """None if either is missing."""
    return None if numerator is None or not denominator else numerator / denominator


def number(value, suffix=""):
    """Three significant digits at least, or a dash for what was not measured."""
    if value is None:
        return "-"
    if value == int(value):
        return f"{value:,.0f}{suffix}"
    digits = max(0, 3 - len(str(int(abs(value))))) if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}{suffix}"


def table(header, rows):
    """Markdown; the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
