"""From a scenario to a result: plan, paths on threads, estimates with errors."""
