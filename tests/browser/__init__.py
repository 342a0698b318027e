"""The course in a real browser, as a learner sees it."""
