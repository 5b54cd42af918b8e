"""Exports: answers and events in the formats that other programs read, one a module."""
