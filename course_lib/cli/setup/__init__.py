"""From a bare Python to an environment in which the course runs. Standard library."""
