"""Drawings of the chapters: functions that return a matplotlib Figure."""
