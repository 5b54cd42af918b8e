"""The tests mirror the package; ``oracle`` has the naive rules, ``strategies`` random events."""
