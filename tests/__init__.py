"""The tests mirror the package; ``oracle`` has the naive rules, ``strategies`` random events."""

from hypothesis import HealthCheck, settings

# The machines that run this are shared: how long one example takes says nothing of the code.
settings.register_profile(
    "shared", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("shared")
