# SPDX-License-Identifier: Apache-2.0
"""Runs install_dependencies.sh against stand-ins for dpkg-query, apt-get, id and sudo that write down their calls."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "tools" / "install_dependencies.sh"
LIST = SCRIPT.with_name("dependencies.txt")


class InstallDependenciesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.bin = pathlib.Path(self.folder.name)
        self.calls = self.bin / "calls"
        for tool in ("bash", "dirname", "awk", "mktemp", "rm", "tail", "env"):
            (self.bin / tool).symlink_to(f"/usr/bin/{tool}")

    def stand_in(self, name, script):
        path = self.bin / name
        path.write_text(f"#!/usr/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def run_script(self, *purposes, installed="", user=0, sudo=False, apt_status=0):
        """Runs the script where the packages in `installed` are there ("*": all)."""
        self.stand_in("dpkg-query", f'for p; do :; done; [[ "{installed}" = "*" || " {installed} " = *" $p "* ]] '
                                    '&& echo installed || exit 1')
        self.stand_in("apt-get", f'echo "apt-get $*" >>{self.calls}; [ "$1" = update ] || exit {apt_status}')
        self.stand_in("id", f"echo {user}")
        if sudo:
            self.stand_in("sudo", f'echo "sudo $1" >>{self.calls}; exec "$@"')
        result = subprocess.run(["/usr/bin/bash", SCRIPT, *purposes], env={"PATH": str(self.bin)},
                                capture_output=True, text=True, check=False)
        return result, self.calls.read_text(encoding="utf-8") if self.calls.exists() else ""

    def test_touches_nothing_when_nothing_is_missing(self):
        result, calls = self.run_script("build", "test", "check", "fuzz", "bench", installed="*")
        self.assertEqual((result.returncode, result.stdout, calls), (0, "", ""))

    def test_says_what_is_missing_and_why_and_installs_it_once(self):
        packages = [line.split()[1] for line in LIST.read_text().splitlines() if line.startswith(("check ", "fuzz "))]
        present = [package for package in packages if package != "clang"]
        result, calls = self.run_script("check", "fuzz", installed=" ".join(present))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("missing Debian package clang (a second compiler", result.stdout)
        self.assertEqual(calls.splitlines(), ["apt-get update -q", "apt-get install -q -y --no-install-recommends clang"])

    def test_uses_sudo_for_other_users(self):
        result, calls = self.run_script("bench", user=1000, sudo=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("sudo apt-get", calls)

    def test_says_what_to_do_without_root_and_sudo(self):
        result, calls = self.run_script("bench", user=1000)
        self.assertEqual((result.returncode, calls), (1, ""))
        self.assertIn("apt-get install --no-install-recommends libbenchmark-dev", result.stderr)

    def test_fails_when_apt_fails(self):
        self.assertEqual(self.run_script("bench", apt_status=100)[0].returncode, 1)

    def test_refuses_an_unknown_purpose(self):
        self.assertEqual(self.run_script("holiday")[0].returncode, 2)

    def test_every_entry_has_purpose_package_and_reason(self):
        for line in LIST.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                self.assertGreaterEqual(len(line.split(None, 2)), 3, line)


if __name__ == "__main__":
    unittest.main()
