"""Everything is in setup.cfg but what options cannot say: which Python this is, where the manual goes, what an archive holds."""

import os
import shutil
import sys
import sysconfig

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

PAGES = ("ccmon.1", "ccmon-line.1", "ccmon-history.1", "ccmon-learn.1", "ccmon-config.5")
FOLDERS = (".ci", "ccmon", "completions", "man", "tests")
FILES = (".dockerignore", ".gitignore", ".ruff.toml", "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "pyproject.toml")
# windows-curses has no build for it, and no marker tells it from the ordinary Python of that version.
FREE_THREADED_ON_WINDOWS = sys.platform == "win32" and bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


class ForThisPython(Distribution):
    """Without what cannot be installed here."""

    def parse_config_files(self, *args, **options):
        super().parse_config_files(*args, **options)
        for owner in (self, self.metadata) if FREE_THREADED_ON_WINDOWS else ():
            owner.install_requires = [line for line in getattr(owner, "install_requires", None) or ()
                                      if not str(line).startswith("windows-curses")]


class WithManual(build_py):
    """The pages of the manual beside the modules, where `ccmon help --man` has them however ccmon was installed."""

    def run(self):
        super().run()
        if not getattr(self, "editable_mode", False):          # then they are beside the folder of the modules
            for page, copy in zip(PAGES, self._copies()):
                self.mkpath(os.path.dirname(copy))
                shutil.copyfile(os.path.join("man", page), copy)

    def get_outputs(self, include_bytecode=1):
        return super().get_outputs(include_bytecode) + self._copies()

    def _copies(self):
        return [os.path.join(self.build_lib, "ccmon", "man", page) for page in PAGES]


class Whole(sdist):
    """With all that a clone has, so that the archive's own tests pass."""

    def make_release_tree(self, base_dir, files):
        found = [os.path.join(above, name) for folder in FOLDERS for above, _, names in os.walk(folder) for name in names
                 if not name.endswith((".pyc", ".pyo")) and "/." not in above.replace(os.sep, "/")]
        super().make_release_tree(base_dir, sorted({*files, *found, *filter(os.path.exists, FILES)}))


setup(cmdclass={"build_py": WithManual, "sdist": Whole}, distclass=ForThisPython)
