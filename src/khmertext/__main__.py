"""``python -m khmertext`` is the command ``khmertext``."""

from khmertext.cli.main import main

if __name__ == "__main__":
    main()
