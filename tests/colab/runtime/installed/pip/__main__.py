"""Plays pip: notes what it is asked for, a line each, and installs nothing."""

import os
import sys

with open(os.environ["PIP_LOG"], "a", encoding="utf-8") as log:
    log.write(" ".join(sys.argv[1:]) + "\n")
