// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel_operands.h"

#include "blindfit/ring/automorphism.h"
#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::bench {
namespace {

constexpr std::uint64_t kInputMask = (std::uint64_t{1} << 46) - 1;

/// splitmix64.
std::uint64_t next(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

}  // namespace

TransformTables::TransformTables(const kernels::KernelTable& kernels, unsigned log_n, unsigned bits)
    : words_(kernels.ntt_table_words(log_n)), twiddles_(words_ * kLimbs) {
  std::vector<std::uint64_t> taken;
  for (std::size_t limb = 0; limb < kLimbs; ++limb) {
    const std::uint64_t q = ring::take_ntt_prime(bits, log_n, taken);
    q_.push_back(kernels::make_modulus_constants(q));
    kernels.ntt_build_table(twiddles_.data() + limb * words_, q_.back(),
                            ring::primitive_root_of_unity(q, log_n), log_n);
  }
}

KernelInputs::KernelInputs(unsigned log_n)
    : n_(std::size_t{1} << log_n),
      words_(n_ * kLimbs * kArrays),
      small_(n_),
      index_(ring::make_automorphism({5}, log_n).index) {
  std::uint64_t state = log_n;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    words_.data()[i] = next(state) & kInputMask;
  }
  for (std::size_t i = 0; i < n_; ++i) {
    small_.data()[i] = next(state) % (kDigitLimbs + 1);
  }
}

}  // namespace blindfit::bench
