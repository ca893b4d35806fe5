# SPDX-License-Identifier: Apache-2.0
"""Plants violations in a small tree and expects check_layering to find each, and only those."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import check_layering  # noqa: E402


class LayeringTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def found(self, path, *includes, namespace=None):
        """The violations in a tree whose one file is `path` with these includes."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"#include {include}" for include in includes]
        if namespace:
            lines.append(f"namespace blindfit::{namespace} {{")
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        result = list(check_layering.violations(self.root))
        file.unlink()
        return result

    def accepts(self, path, *includes, **options):
        self.assertEqual(self.found(path, *includes, **options), [])

    def rejects(self, path, *includes, **options):
        self.assertEqual(len(self.found(path, *includes, **options)), 1)

    def test_accepts_lower_layers_and_the_layer_itself(self):
        self.accepts("blindfit/ring/ntt.cpp", '"blindfit/kernels/kernel_table.h"', '"blindfit/ring/ntt.h"', "<vector>")

    def test_rejects_a_higher_layer(self):
        self.rejects("blindfit/ring/ntt.h", '"blindfit/ckks/add.h"')

    def test_rejects_a_higher_layer_in_angle_brackets_and_odd_spacing(self):
        self.rejects("blindfit/ring/ntt.h", "<blindfit/ckks/add.h>")
        self.rejects("blindfit/ring/ntt.h", '  "blindfit/ckks/add.h"')

    def test_rejects_kernels_outside_ring(self):
        for layer in ("rlwe", "ckks", "circuits", "bootstrap", "owner", "matrix", "learn", "data", "wire"):
            self.rejects(f"blindfit/{layer}/x.cpp", '"blindfit/kernels/kernel_table.h"')

    def test_lets_tests_include_their_doubles(self):
        for path in ("blindfit/learn/x_test.cpp", "blindfit/learn/x_test_cases.h", "apps/owner/journey/x_test.cpp"):
            self.accepts(path, '"blindfit/testing/engine.h"')
        for path in ("blindfit/learn/x.h", "apps/owner/journey/x.cpp", "apps/cloud/x_test.cpp"):
            self.rejects(path, '"blindfit/testing/engine.h"')

    def test_rejects_an_unknown_layer(self):
        self.rejects("blindfit/helpers/x.h")
        self.rejects("blindfit/ring/x.h", '"blindfit/helpers/x.h"')

    def test_rejects_a_file_outside_every_layer(self):
        self.rejects("blindfit/x.h")
        self.rejects("blindfit/ring/x.h", '"blindfit/x.h"')

    def test_rejects_the_owner_in_every_layer_above_it(self):
        for layer in ("circuits", "bootstrap", "matrix", "learn", "data", "wire"):
            self.rejects(f"blindfit/{layer}/x.h", '"blindfit/owner/secret_key.h"')

    def test_accepts_the_owner_in_the_owner_files_of_wire_only(self):
        self.accepts("blindfit/wire/owner_secret_key_file.cpp", '"blindfit/owner/secret_key.h"')
        self.rejects("blindfit/wire/secret_key_file.cpp", '"blindfit/owner/secret_key.h"')
        self.rejects("blindfit/learn/owner_trainer.cpp", '"blindfit/owner/secret_key.h"')

    def test_accepts_doubles_and_the_owner_in_tests(self):
        self.accepts("blindfit/ckks/add_test.cpp", '"blindfit/owner/secret_key.h"', '"blindfit/testing/contexts.h"')
        self.accepts("blindfit/ckks/add_bench.cpp", '"blindfit/testing/contexts.h"', '"blindfit/kernels/kernel_table.h"')
        self.rejects("blindfit/ckks/add_test.cpp", '"blindfit/learn/trainer.h"')

    def test_rejects_doubles_in_products(self):
        self.rejects("blindfit/ckks/add.cpp", '"blindfit/testing/contexts.h"')
        self.rejects("apps/owner/main.cpp", '"blindfit/testing/contexts.h"')

    def test_rejects_the_owner_in_the_clouds_program(self):
        self.accepts("apps/cloud/main.cpp", '"blindfit/learn/trainer.h"', '"blindfit/kernels/kernel_table.h"')
        self.rejects("apps/cloud/main.cpp", '"blindfit/owner/secret_key.h"')
        self.rejects("apps/cloud/main.cpp", '"apps/owner/commands.h"')
        self.accepts("apps/owner/main.cpp", '"blindfit/owner/secret_key.h"', '"apps/owner/commands.h"')

    def test_rejects_the_owner_in_what_both_programs_share(self):
        self.rejects("apps/terminal/progress.cpp", '"blindfit/owner/secret_key.h"')

    def test_rejects_relative_includes(self):
        self.rejects("blindfit/ring/ntt.cpp", '"ntt.h"')
        self.rejects("blindfit/ring/ntt.cpp", '"../base/error.h"')

    def test_rejects_a_foreign_namespace(self):
        self.accepts("blindfit/ring/ntt.cpp", namespace="ring")
        self.rejects("blindfit/ring/ntt.cpp", namespace="ckks")


if __name__ == "__main__":
    unittest.main()
