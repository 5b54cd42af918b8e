"""How long things take, beside a floor or a peer that does the same on the same machine.

A program and no test: ``make bench``, or ``python -m tests.benchmarks --help``.  A figure is
worth something only as a ratio to another one of the same run.
"""
