"""The attention explorer: one widget for every view of attention and its effect."""
