"""Tests, whose linear algebra takes one processor."""

import os

# Read where numpy and scipy are loaded. Their threads wait for work in loops, and the matrices of a
# few rows of L-BFGS-B leave them nothing else: on two processors a fit takes ten times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
