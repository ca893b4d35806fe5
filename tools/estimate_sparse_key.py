#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How hard it is to find a sparse ternary secret from ring-LWE samples, by hybrid lattice attacks.

    tools/estimate_sparse_key.py               # the key of the encapsulation, at the largest modulus
    tools/estimate_sparse_key.py --published   # rows that others published, for comparison
    tools/estimate_sparse_key.py --log-n 15 --log-q 105 --weight 31

An attacker on a secret of n coefficients, h of them +1 or -1, drops z coefficients and guesses that
at most w of them are not zero: probability p, hypergeometric; S = sum over i <= w of C(z, i) 2^i
candidates. What is left is a bounded-distance problem with n - z coefficients in a lattice of
dimension d that is reduced once for all candidates, and done again 1 / p times:

    drop    w = 0, the rest solved as a unique shortest vector [ADPS16]  R / p
    guess   nearest planes for all candidates [Albrecht, Curtis, Wunderer
            2019]                                                        (R + S B) / (p p_B)
    meet    candidates by halves, found by collision [Howgrave-Graham 2007;
            Wunderer 2016; Son, Cheon 2019]                              (R + S^0.5 B) / (p p_B p_M)
    meet*   halves that always collide                                   (R + S^0.5 B) / (p p_B)
    rep*    representations for halves [May 2021], as if they combined
            with lattices at no cost                                     (R + S^0.4 B) / (p p_B)

The last two are no attacks that anyone has: they bound what better collisions could bring. Up to
three levels of representations need at least S^0.407 for 10 to 32 signs among 2^16 coefficients
(levels of equal splits with added pairs that cancel, sizes of lists alone): the sparser a secret,
the less they bring.

R is BKZ with block size b, 2^(0.292 b + 16.4) * 8 d [Becker, Ducas, Gama, Laarhoven 2016; eight
tours], or with --core-svp 2^(0.292 b), one sieve and nothing else. Bases have the shape of the
geometric series assumption with Chen's root-Hermite factor; the secret's part is stretched to the
error's deviation [Bai, Galbraith 2014]. B = d^2 / 2^1.06 is a nearest plane [Hirschhorn et al.
2009]; p_B and p_M are the probabilities that it returns the error and that halves collide. Times
are expectations: success with 99 % takes 2.2 bits more. Samples are without end, and memory is
free.

Not counted: the ring's structure (the n rotations of one secret could save log2 n bits at the very
most) and dual attacks (for the published rows of weight 31 the lattice estimator tried all attacks
that it knows, and its bdd_mitm_hybrid, which is `meet`, is named as the cheapest).
"""
import argparse
import math
from dataclasses import dataclass

import numpy as np

SIGMA = 3.2
# Natural logarithm of deviation over the shortest vector beyond which nearest planes is taken to fail.
HOPELESS = 4.0
MODES = ("drop", "guess", "meet", "meet*", "rep*")
# The power of the number of candidates that a search takes.
EXPONENTS = {"guess": 1, "meet": 0.5, "meet*": 0.5, "rep*": 0.4}
# log n, log q, weight, sigma, bits by mode, where.
PUBLISHED = (
    (9, math.log2(3329), 32, 1.5**0.5, {"drop": 102.1, "guess": 88.2, "meet": 85.4},
     "lattice-estimator, examples of guess_composition and primal_hybrid"),
    (13, 55, 31, 3.19, {"meet": 121.4}, "lattice-estimator d8c00b48, quoted by an implementation of SHIP"),
    (13, 42, 31, 3.19, {"meet": 129.8}, "the same"),
    (14, 100, 31, 3.19, {"meet": 126.2}, "the same"),
    (14, 88, 31, 3.19, {"meet": 130.2}, "the same"),
    (15, 105, 31, 3.19, {"meet": 148.7}, "the same"),
)


@dataclass(frozen=True)
class Instance:
    n: int
    log_q: float
    weight: int
    sigma: float


@dataclass(frozen=True)
class Attack:
    bits: float = math.inf
    dropped: int = 0
    guessed_weight: int = 0
    block: int = 0
    dimension: int = 0


def log_binomial(n, k):
    """Natural logarithm; -infinity where there is no way to choose."""
    if k < 0 or k > n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def log_sum(terms):
    largest = max(terms)
    return largest if largest == -math.inf else largest + math.log(sum(math.exp(t - largest) for t in terms))


def guessing(instance, dropped, weight):
    """Logarithms of the number of candidates of at most `weight`, and of the chance that the secret is among them."""
    n, h = instance.n, instance.weight
    sizes = [log_binomial(dropped, i) + i * math.log(2) for i in range(weight + 1)]
    chances = [log_binomial(dropped, i) + log_binomial(n - dropped, h - i) - log_binomial(n, h)
               for i in range(weight + 1)]
    return log_sum(sizes), log_sum(chances)


def log_delta(block):
    """Root-Hermite factor of BKZ [Chen 2013]."""
    return (math.log(block / (2 * math.pi * math.e)) + math.log(math.pi * block) / block) / (2 * (block - 1))


def reduction(block, dimension, core_svp):
    """log2 of BKZ's operations."""
    return 0.292 * block + (0 if core_svp else 16.4 + math.log2(8 * dimension))


def erf(x):
    return np.vectorize(math.erf, otypes=[float])(x)


class Lattice:
    """What is left of an instance after `dropped` coefficients, `rest` of the others being +1 or -1."""

    def __init__(self, instance, dropped, rest):
        self.columns = instance.n - dropped
        self.sigma = instance.sigma
        self.log_q = instance.log_q * math.log(2)
        # How much the secret part is stretched: to the deviation of the error, never shrunk.
        self.log_stretch = max(0.0, math.log(instance.sigma) - 0.5 * math.log(max(rest, 0.5) / self.columns))

    def best_dimension(self, delta):
        return max(self.columns + 1, int(math.sqrt(self.columns * (self.log_q - self.log_stretch) / delta)))

    def log_root_volume(self, dimension):
        samples = dimension - self.columns
        return (samples * self.log_q + self.columns * self.log_stretch) / dimension

    def is_unique(self, block):
        """Whether BKZ finds the error as the shortest vector [ADPS16]."""
        delta = log_delta(block)
        d = self.best_dimension(delta)
        length = 0.5 * math.log(block) + math.log(self.sigma)
        return length <= (2 * block - d - 1) * delta + self.log_root_volume(d), d

    def log_probabilities(self, block):
        """Of nearest planes, of a collision, and the dimension."""
        delta = log_delta(block)
        d = self.best_dimension(delta)
        log_volume, log_sigma = self.log_root_volume(d), math.log(self.sigma)
        if log_volume - (d - 1) * delta < log_sigma - HOPELESS:
            return -math.inf, -math.inf, d
        # The last vectors decide; those above 2^7 deviations cannot fail.
        first = math.ceil((log_volume + (d - 1) * delta - log_sigma - 7 * math.log(2)) / (2 * delta))
        if first >= d:
            return 0.0, 0.0, d
        norms = np.exp(log_volume - log_sigma + delta * (d - 1 - 2 * np.arange(max(first, 0), d)))
        with np.errstate(divide="ignore"):
            plane = np.log(erf(norms / math.sqrt(8))).sum()
            # The mean of 1 - |e| / norm over errors e below the norm: v and v + e fall into one cell.
            x = norms / math.sqrt(2)
            meet = np.log(np.maximum(erf(x) - (1 - np.exp(-x * x)) / (x * math.sqrt(math.pi)), 0)).sum()
        return float(plane), float(meet), d


def cost(instance, mode, dropped, weight, block, core_svp):
    lattice = Lattice(instance, dropped, instance.weight - weight)
    log_size, log_chance = guessing(instance, dropped, weight)
    if mode == "drop":
        unique, d = lattice.is_unique(block)
        return (reduction(block, d, core_svp) - log_chance / math.log(2) if unique else math.inf), d
    plane, meet, d = lattice.log_probabilities(block)
    log_chance += plane + (meet if mode == "meet" else 0)
    if not math.isfinite(log_chance):
        return math.inf, d
    candidates = log_size / math.log(2) * EXPONENTS[mode]
    search = candidates + 2 * math.log2(d) - 1.06
    reduced = reduction(block, d, core_svp)
    total = max(reduced, search) + math.log2(1 + 2 ** -abs(reduced - search))
    return total - log_chance / math.log(2), d


def best_block(instance, mode, dropped, weight, core_svp):
    """Coarse, then fine."""
    best = Attack()
    blocks = range(40, 700, 20)
    for step in (20, 4, 1):
        for block in blocks:
            bits, d = cost(instance, mode, dropped, weight, block, core_svp)
            if bits < best.bits:
                best = Attack(bits, dropped, weight, block, d)
        if best.bits == math.inf:
            return best
        following = {20: 4, 4: 1, 1: 1}[step]
        blocks = range(max(40, best.block - step), best.block + step + 1, following)
    return best


def best_attack(instance, mode, core_svp=False):
    """Over the coefficients that are left, in steps of an eighth and then closer, over weights and block sizes."""
    best = Attack()
    left = {int(40 * 1.125**k) for k in range(200) if 40 * 1.125**k <= instance.n} | {instance.n}
    for ratio in (1.03, 1.008, 1.002, None):
        for columns in sorted(left):
            z = instance.n - columns
            lowest = math.inf
            for w in range(0, 1 if mode == "drop" else min(instance.weight, z) + 1):
                found = best_block(instance, mode, z, w, core_svp)
                best = min(best, found, key=lambda attack: attack.bits)
                lowest = min(lowest, found.bits)
                if found.bits > lowest + 3:
                    break
        if ratio:
            around = instance.n - best.dropped
            left = {min(instance.n, int(around * ratio**k)) for k in range(-4, 5)}
    return best


def show(instance, core_svp, published=None):
    for mode in published or MODES:
        attack = best_attack(instance, mode, core_svp)
        print(f"  {mode:6} {attack.bits:6.1f} bits: {attack.dropped} dropped, weight <= {attack.guessed_weight}, block "
              f"{attack.block}, dimension {attack.dimension}" + (f"; published {published[mode]}" if published else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--log-n", type=int, default=16)
    parser.add_argument("--log-q", type=float, default=110, help="log2 of q_0 times the special prime")
    parser.add_argument("--weight", type=int, default=32)
    parser.add_argument("--core-svp", action="store_true", help="count one sieve for all of BKZ")
    parser.add_argument("--published", action="store_true", help="rows that others published instead")
    flags = parser.parse_args()
    if flags.published:
        for log_n, log_q, weight, sigma, published, source in PUBLISHED:
            print(f"n = 2^{log_n}, log2 q = {log_q:.4g}, weight {weight}, sigma {sigma:.3g} ({source})")
            show(Instance(2**log_n, log_q, weight, sigma), flags.core_svp, published)
        return
    print(f"n = 2^{flags.log_n}, log2 q = {flags.log_q:g}, weight {flags.weight}, sigma {SIGMA}")
    show(Instance(2**flags.log_n, flags.log_q, flags.weight, SIGMA), flags.core_svp)


if __name__ == "__main__":
    main()
