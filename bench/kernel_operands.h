// SPDX-License-Identifier: Apache-2.0
// Limbs, primes and twiddles for timing kernels: as many limbs in rotation as a ciphertext has, so
// that figures are those of a computation and not of one hot array.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "blindfit/base/aligned_buffer.h"
#include "blindfit/kernels/kernel_table.h"

namespace blindfit::bench {

/// Limbs of the largest set that is measured.
inline constexpr std::size_t kLimbs = 24;
/// Primes of one digit there, hence the length of its basis extensions.
inline constexpr std::size_t kDigitLimbs = 8;
/// Digits there, hence the length of its gadget product.
inline constexpr std::size_t kDigits = 3;

/// kLimbs primes of `bits` bits with the twiddles of one kernel family.
class TransformTables {
 public:
  TransformTables(const kernels::KernelTable& kernels, unsigned log_n, unsigned bits);

  [[nodiscard]] const kernels::ModulusConstants& q(std::size_t limb) const { return q_[limb]; }
  [[nodiscard]] const std::uint64_t* twiddles(std::size_t limb) const {
    return twiddles_.data() + limb * words_;
  }

 private:
  std::size_t words_;
  std::vector<kernels::ModulusConstants> q_;
  base::AlignedBuffer twiddles_;
};

/// Read-only inputs at one ring degree: kLimbs times as many limbs as the greediest kernel reads,
/// below 2^46, so that they are residues of any prime that is measured.
class KernelInputs {
 public:
  static constexpr std::size_t kArrays = 3 * kDigits;

  explicit KernelInputs(unsigned log_n);

  [[nodiscard]] std::size_t n() const noexcept { return n_; }
  [[nodiscard]] const std::uint64_t* array(std::size_t limb, std::size_t k) const {
    return words_.data() + (limb * kArrays + k) * n_;
  }
  /// Small integers, as an overflow count holds them.
  [[nodiscard]] const std::uint64_t* small() const { return small_.data(); }
  /// A permutation with the access pattern of the automorphism X -> X^5.
  [[nodiscard]] const std::uint32_t* index() const { return index_.data(); }

 private:
  std::size_t n_;
  base::AlignedBuffer words_;
  base::AlignedBuffer small_;
  std::vector<std::uint32_t> index_;
};

}  // namespace blindfit::bench
