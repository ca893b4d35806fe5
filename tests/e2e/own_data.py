# SPDX-License-Identifier: Apache-2.0
"""own_data.py [--rows N --features N --classes N --test-rows N --seed N] PREFIX: data such as users bring.

Writes PREFIX.train.npy, PREFIX.train.labels.npy, PREFIX.test.npy and PREFIX.test.labels.npy: overlapping classes of
unequal size whose centres differ mostly where features vary little; strongly correlated features in units that differ by
a factor of a million; one column with a heavy tail, one that is constant, one of zeros, one of yes and no, one of counts.
"""

import argparse

import numpy as np

PLAIN = 5  # columns at the end that are no Gaussians


def samples(rows, features, classes, seed, spread=3.1, draw=0):
    """(x, labels); `seed` makes the classes, `draw` the rows. `spread` is how far apart the centres are."""
    fixed = np.random.default_rng(seed)
    inner = features - PLAIN
    priors = 1 / (2 + np.arange(classes))
    latent = min(inner, 6 * classes)
    centres = np.zeros((classes, inner))
    directions = fixed.permutation(inner)[:latent]
    centres[:, directions] = fixed.normal(size=(classes, latent))
    centres *= spread / np.linalg.norm(centres, axis=1, keepdims=True)
    # Deviations fall by a factor of a hundred from the first direction to the last; then all are mixed and rescaled.
    mixing = np.linalg.qr(fixed.normal(size=(inner, inner)))[0] * np.logspace(0, -2, inner)[:, None]
    units = 10 ** fixed.uniform(-3, 3, size=inner)
    offsets = fixed.normal(size=inner)
    yes, count = fixed.uniform(0.2, 0.8, classes), fixed.uniform(1, 4, classes)

    rng = np.random.default_rng([seed, draw])
    labels = rng.choice(classes, size=rows, p=priors / priors.sum())
    x = np.empty((rows, features))
    x[:, :inner] = ((centres[labels] + rng.normal(size=(rows, inner))) @ mixing + offsets) * units
    x[:, inner] = rng.standard_t(1.5, size=rows) * 3 + 0.1 * labels
    x[:, inner + 1] = 7.25
    x[:, inner + 2] = 0
    x[:, inner + 3] = rng.random(rows) < yes[labels]
    x[:, inner + 4] = rng.poisson(count[labels])
    return x, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prefix")
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--test-rows", type=int, default=5000)
    parser.add_argument("--features", type=int, default=300)
    parser.add_argument("--classes", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for draw, (part, rows) in enumerate([("train", arguments.rows), ("test", arguments.test_rows)]):
        x, labels = samples(rows, arguments.features, arguments.classes, arguments.seed, draw=draw)
        np.save(f"{arguments.prefix}.{part}.npy", x)
        np.save(f"{arguments.prefix}.{part}.labels.npy", labels)


if __name__ == "__main__":
    main()
