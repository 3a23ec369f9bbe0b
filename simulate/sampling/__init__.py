"""From a scenario to the plain arrays that kernels take."""
