"""What `ccmon init claude` writes for Claude Code: run by `python -S`, so that a cached line waits for no list of packages."""

import os
import sys


def main() -> None:
    """The `ccmon` command, as `python -m ccmon` is called."""
    folder = os.path.dirname(os.path.abspath(__file__))
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        del sys.path[0]                # this folder: its modules are not to be taken for others
    sys.path.append(os.path.dirname(folder))
    sys.argv[0] = os.path.join(folder, "__main__.py")
    from ccmon.__main__ import main
    main()


if __name__ == "__main__":
    main()
