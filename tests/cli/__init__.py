"""Tests of the commands, without a network and without a real installation."""
