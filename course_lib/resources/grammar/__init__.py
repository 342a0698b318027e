"""The grammar behind the world: meanings, and their English and French words."""
