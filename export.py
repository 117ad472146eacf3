"""`cartoongan export` from a checkout; see cartoongan_tf/commands."""

import sys

from cartoongan_tf.commands import main

if __name__ == "__main__":
    main.run_verb("export", sys.argv[1:])
