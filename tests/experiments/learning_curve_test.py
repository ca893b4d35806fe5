# SPDX-License-Identifier: Apache-2.0
"""Holds the plot and the table of docs/benchmarks.md against the figures of the run that they show."""

import json
import pathlib
import sys
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "experiments"))
import learning_curve  # noqa: E402



def figures_of(name):
    return json.loads((ROOT / "experiments" / f"{name}.json").read_text())


FIGURES = figures_of("paper_levelled")
PLOTS = ["paper_levelled", "convergence", "convergence_100"]


class LearningCurveTest(unittest.TestCase):
    def test_the_committed_plots_are_drawn_from_the_committed_figures(self):
        for name in PLOTS:
            committed = (ROOT / "docs" / f"{name}.svg").read_text()
            self.assertEqual(committed, learning_curve.plot(figures_of(name)))
            other = {**figures_of(name), "owner_only_accuracy": 0.5}
            self.assertNotEqual(committed, learning_curve.plot(other))

    def test_marks_every_iteration_within_the_plot(self):
        for name in PLOTS:
            plot = xml.etree.ElementTree.fromstring(learning_curve.plot(figures_of(name)))
            circles = plot.findall("{http://www.w3.org/2000/svg}circle")
            self.assertEqual(len(circles), 2 * figures_of(name)["iterations"] + 2)  # and the legend's two
            for circle in circles:
                self.assertTrue(0 < float(circle.get("cx")) < learning_curve.WIDTH)
                self.assertTrue(0 < float(circle.get("cy")) < learning_curve.HEIGHT)

    def test_the_table_has_the_same_figures(self):
        text = (ROOT / "docs" / "benchmarks.md").read_text()
        self.assertIn("](paper_levelled.svg)", text)
        for name, key in (("held-out accuracy, encrypted, %", "heldout_accuracy"),
                          ("the same in the clear, %", "mirror_accuracy")):
            cells = " | ".join(f"{100 * value:.2f}" for value in FIGURES[key])
            self.assertIn(f"| {name} | {cells} |", text)


if __name__ == "__main__":
    unittest.main()
