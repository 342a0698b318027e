"""A class: exercises as nbgrader's assignments, and links that open a chapter."""
