"""An event-sourced tracker of geopolitics, as of any day, as known by any other."""

__version__ = "0.1.0"
