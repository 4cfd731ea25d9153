"""The yardstick of the training step: the same step by hand in NumPy, double precision, one thread.

numpy_step.py INPUTS HIDDEN EXAMPLES prints the median microseconds of a step.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
import time

import numpy as np

n0, n1, m = map(int, sys.argv[1:])
random = np.random.RandomState(1)
X = random.randn(n0, m)
Y = (random.rand(1, m) > 0.5) * 1.0
W1 = random.randn(n1, n0) / n0**0.5
b1 = np.zeros((n1, 1))
W2 = random.randn(1, n1) / n1**0.5
b2 = np.zeros((1, 1))
rate = 0.1

times = []
for _ in range(10000 if n0 < 200 else 500):
    start = time.perf_counter()
    A1 = np.tanh(W1 @ X + b1)
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    J = (np.maximum(Z2, 0) - Z2 * Y + np.log1p(np.exp(-np.abs(Z2)))).sum() / m
    dZ2 = A2 - Y
    dZ1 = (W2.T @ dZ2) * (1 - A1 * A1)
    k = rate / m
    W2 -= k * (dZ2 @ A1.T)
    b2 -= k * dZ2.sum(1, keepdims=True)
    W1 -= k * (dZ1 @ X.T)
    b1 -= k * dZ1.sum(1, keepdims=True)
    times.append(time.perf_counter() - start)
print(np.median(times) * 1e6)
