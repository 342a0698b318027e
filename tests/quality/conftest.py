"""The modules of `bench quality` are found as the benchmark finds them."""

import sys

from course_lib.cli.bench import FOLDER

sys.path.insert(0, str(FOLDER))
