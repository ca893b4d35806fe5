# SPDX-License-Identifier: Apache-2.0
"""Feeds made-up figures to the scripts of bench/."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "bench"))
import make_tables  # noqa: E402
import run  # noqa: E402
from figures import Figures, number, ratio  # noqa: E402
from load import Load  # noqa: E402
from peers import compare  # noqa: E402

ROTATE = "BM_Rotate/isa:{}/log_n:16/level:23/threads:1"


def entry(name, time, aggregate="median", unit="ms", **counters):
    return {"name": f"{name}_{aggregate}", "run_name": name, "run_type": "aggregate", "aggregate_name": aggregate,
            "real_time": time, "time_unit": unit, **counters}


def joined(*entries, **context):
    return {"context": context, "benchmarks": list(entries)}


class FiguresTest(unittest.TestCase):
    def test_takes_the_median_in_whatever_unit(self):
        figures = Figures(joined(entry("BM_A", 5, "mean"), entry("BM_A", 2.5, "median", "ms"), entry("BM_A", 1, "min")))
        self.assertEqual(figures.microseconds("BM_A"), 2500)
        self.assertEqual(figures.fastest_milliseconds("BM_A"), 1)

    def test_takes_a_single_run_as_its_own_median(self):
        single = {"name": "BM_A", "run_name": "BM_A", "run_type": "iteration", "real_time": 7, "time_unit": "us"}
        self.assertEqual(Figures(joined(single)).microseconds("BM_A"), 7)

    def test_has_nothing_for_what_was_not_measured(self):
        figures = Figures(joined())
        self.assertIsNone(figures.microseconds("BM_A"))
        self.assertIsNone(figures.counter("BM_A", "GB/s"))
        self.assertIsNone(ratio(1.0, None))
        self.assertEqual(number(None), "-")

    def test_finds_families_and_levels_in_names(self):
        figures = Figures(joined(entry(ROTATE.format("avx2"), 2), entry(ROTATE.format("scalar"), 9),
                                 entry("BM_Rotate/isa:avx2/log_n:16/level:5/threads:1", 1),
                                 entry("BM_Load/log_n:16/level:9", 1)))
        self.assertEqual(figures.families(), ["avx2", "scalar"])
        self.assertEqual(figures.levels(16), [23, 5])

    def test_numbers_keep_three_digits(self):
        self.assertEqual([number(x) for x in (1234.4, 123.4, 12.34, 1.234, 0.1234, 24.0)],
                         ["1,234", "123", "12.3", "1.23", "0.123", "24"])


class TablesTest(unittest.TestCase):
    def document(self, **context):
        peers = {"library": "OpenFHE 1", "ours": "blindfit (avx2)", "threads": 1, "rows": [
            {"log_n": 16, "operation": "rotate", "ours_ms": 50.0, "theirs_ms": 400.0, "ratio": 8.0}]}
        return make_tables.document({**joined(entry(ROTATE.format("avx2"), 60), entry(ROTATE.format("scalar"), 300),
                                              **context), "peers": peers})

    def test_shows_every_family_the_peer_and_the_anchor_of_an_operation(self):
        row = next(line for line in self.document().splitlines() if line.startswith("| rotate |"))
        self.assertEqual(row.split(" | ")[1:3], ["60", "300"])
        self.assertIn("| 400 | 50 | 8x | 433 |", row)

    def test_warns_of_a_busy_machine_and_of_uncommitted_sources(self):
        quiet = self.document(load={"cores_of_others": 0.02, "cores_stolen": 0}, commit="abc")
        self.assertNotIn("Warning", quiet)
        self.assertIn("not quiet", self.document(load={"cores_of_others": 0.5, "cores_stolen": 0}))
        self.assertIn("not quiet", self.document(load={"cores_of_others": 0, "cores_stolen": 0.5}))
        self.assertIn("differ from the commit", self.document(commit="abc-dirty"))

    def test_headlines_name_the_aim(self):
        self.assertIn("60 ms   aim 60 ms", make_tables.headlines(joined(entry(ROTATE.format("avx2"), 60))))


class CompareTest(unittest.TestCase):
    def test_alternates_who_goes_first(self):
        calls = []
        pairs = compare.take_turns(lambda: calls.append("a") or 1.0, lambda: calls.append("b") or 2.0, seconds=0)
        self.assertEqual("".join(calls), "ab" + "ab" + "ba" + "ab")
        self.assertEqual(pairs, [(1.0, 2.0)] * compare.LEAST_ROUNDS)

    def test_ratio_is_the_median_of_the_pairs(self):
        # A slow minute hits one pair, both halves of it: the ratio of the medians would be 2.
        summary = compare.summarize([(1.0, 3.0), (2.0, 6.0), (10.0, 30.0)])
        self.assertEqual((summary["ours_ms"], summary["theirs_ms"], summary["ratio"]), (2.0, 6.0, 3.0))
        self.assertEqual((summary["ratio_low"], summary["ratio_high"], summary["rounds"]), (3.0, 3.0, 3))

    def test_every_operation_has_its_row(self):
        names = {name for name, _, _ in compare.OPERATIONS}
        for _, ours, _ in compare.OPERATIONS:
            self.assertIn(make_tables.PEER_NAMES[ours], names)


class RunTest(unittest.TestCase):
    def test_operations_come_first_and_calibration_with_them(self):
        first, second, *_ = run.make_plan(pathlib.Path("/nowhere"), False, []).stages
        self.assertEqual(first.pattern, "/level:|Calibration")
        self.assertEqual(second.pattern, "-" + first.pattern)

    def test_a_filter_replaces_the_stages(self):
        plan = run.make_plan(pathlib.Path("/nowhere"), False, ["--benchmark_filter=Ntt"])
        self.assertEqual((len(plan.stages), plan.rounds, plan.peers), (1, [10], None))

    def test_repetitions_of_all_rounds_become_one_median(self):
        def repetition(name, time, rate):
            return {"name": name, "run_name": name, "run_type": "iteration", "threads": 1, "iterations": 1,
                    "real_time": time, "cpu_time": time, "time_unit": "us", "GB/s": rate}
        collection = run.Collection()
        collection.add(1, {"context": {}, "benchmarks": [repetition("BM_Kernel", 5, 1)]})
        collection.add(0, {"context": {"date": "first"}, "benchmarks": [repetition("BM_A", 1, 30)]})
        collection.add(0, {"context": {"date": "second"}, "benchmarks": [
            repetition("BM_A", 9, 10), repetition("BM_A", 2, 20), {"run_type": "aggregate"}]})
        entries = collection.joined()
        self.assertEqual([e["run_name"] for e in entries], 4 * ["BM_A"] + 4 * ["BM_Kernel"])
        self.assertEqual({e["aggregate_name"]: e["real_time"] for e in entries[:3]}, {"median": 2, "mean": 4, "min": 1})
        self.assertEqual((entries[0]["repetitions"], entries[0]["GB/s"], collection.context["date"]), (3, 20, "first"))

    def test_load_counts_others_only(self):
        load = Load()
        load.start = {"busy": 100.0, "steal": 1.0, "ours": 50.0, "wall": 1000.0}
        load.sample = lambda: {"busy": 117.0, "steal": 2.0, "ours": 62.0, "wall": 1010.0}
        self.assertEqual(load.finish(), {"wall_seconds": 10.0, "cores_of_others": 0.5, "cores_stolen": 0.1})


if __name__ == "__main__":
    unittest.main()
