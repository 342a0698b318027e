"""Why a line of the learner's raised: where it was, what stood there, what it means."""
