"""A learner's own copies of chapters, and answers that go along to new versions."""
