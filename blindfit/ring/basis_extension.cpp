// SPDX-License-Identifier: Apache-2.0
#include "blindfit/ring/basis_extension.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "blindfit/base/error.h"
#include "blindfit/ring/modular_arithmetic.h"

namespace blindfit::ring {
namespace {

/// 32 KiB a limb: the source limbs of a block and one target fit the second-level cache, and longer
/// blocks gained nothing.
constexpr std::size_t kBlockWords = 4096;
/// Targets that share the loads of a source word.
constexpr std::size_t kGroup = 4;

/// Product of the source primes other than the k-th, modulo `m`; k = source.size() leaves none out.
std::uint64_t product_without(const RingContext& ring, std::span<const std::size_t> source,
                              std::size_t k, std::uint64_t m) {
  std::uint64_t product = 1;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (i != k) {
      product = multiply_mod(product, ring.modulus(source[i]).value % m, m);
    }
  }
  return product;
}

std::size_t block_columns(const RingContext& ring) {
  return std::min(kBlockWords, ring.n()) / ring.rows();
}

/// The limbs of one block: y_0 .. y_(count-1), then v.
template <typename Word>
class BlockLimbs {
 public:
  BlockLimbs(Word* block, std::size_t count, std::size_t words) {
    for (std::size_t k = 0; k <= count; ++k) {
      limbs_[k] = block + k * words;
    }
  }
  Word* operator[](std::size_t k) const { return limbs_[k]; }
  Word* const* data() const { return limbs_.data(); }

 private:
  std::array<Word*, kernels::kMaxDotLength + 1> limbs_;
};

}  // namespace

BasisExtension::BasisExtension(const RingContext& ring, std::vector<std::size_t> source)
    : source_(std::move(source)) {
  if (source_.size() > kernels::kMaxDotLength) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a basis to extend has at most 64 primes: " + std::to_string(source_.size()));
  }
  const std::size_t count = source_.size();
  for (std::size_t k = 0; k < count; ++k) {
    const auto& s = ring.modulus(source_[k]);
    inverse_hat_.push_back(inverse_mod(product_without(ring, source_, k, s.value), s.value));
    inverse_.push_back(s.inverse);
  }
  const std::size_t targets = ring.q_count() + ring.p_count();
  hat_.resize(targets);
  for (std::size_t t = 0; t < targets; ++t) {
    const std::uint64_t m = ring.modulus(t).value;
    for (std::size_t k = 0; k < count; ++k) {
      hat_[t].push_back(product_without(ring, source_, k, m));
    }
    product_.push_back(product_without(ring, source_, count, m));
  }
}

base::AlignedBuffer BasisExtension::prepare(const RingContext& ring,
                                            std::span<std::uint64_t* const> x) const {
  const std::size_t count = source_.size();
  const std::size_t columns = block_columns(ring);
  const std::size_t words = columns * ring.rows();
  base::AlignedBuffer prepared((count + 1) * ring.n());
  std::uint64_t* block = prepared.data();
  for (std::size_t begin = 0; begin < ring.row_size(); begin += columns) {
    const BlockLimbs y(block, count, words);
    for (std::size_t k = 0; k < count; ++k) {
      ring.inverse_ntt_columns(x[k] + begin, columns, source_[k]);
      for (std::size_t r = 0; r < ring.rows(); ++r) {
        ring.kernels().multiply_scalar(y[k] + r * columns, x[k] + begin + r * ring.row_size(),
                                       inverse_hat_[k], columns, ring.modulus(source_[k]));
      }
    }
    ring.kernels().overflow_count(y[count], y.data(), inverse_.data(), count, words);
    block += (count + 1) * words;
  }
  return prepared;
}

void BasisExtension::extend(const RingContext& ring, const base::AlignedBuffer& prepared,
                            std::span<const Target> targets) const {
  const std::size_t count = source_.size();
  const std::size_t columns = block_columns(ring);
  const std::size_t words = columns * ring.rows();
  const std::uint64_t* block = prepared.data();
  for (std::size_t begin = 0; begin < ring.row_size(); begin += columns) {
    for (std::size_t first = 0; first < targets.size(); first += kGroup) {
      extend_block(ring, block, begin,
                   targets.subspan(first, std::min(kGroup, targets.size() - first)));
    }
    block += (count + 1) * words;
  }
}

void BasisExtension::extend_block(const RingContext& ring, const std::uint64_t* block,
                                  std::size_t begin, std::span<const Target> targets) const {
  const std::size_t columns = block_columns(ring);
  std::array<kernels::ExtensionTarget, kGroup> outputs;
  for (std::size_t r = 0; r < ring.rows(); ++r) {
    for (std::size_t t = 0; t < targets.size(); ++t) {
      const auto& [modulus, out] = targets[t];
      outputs[t] = {out + begin + r * ring.row_size(), hat_[modulus].data(), product_[modulus],
                    &ring.modulus(modulus)};
    }
    const BlockLimbs y(block + r * columns, source_.size(), columns * ring.rows());
    ring.kernels().extend(outputs.data(), targets.size(), y.data(), source_.size(),
                          y[source_.size()], columns);
  }
  for (const auto& [modulus, out] : targets) {
    ring.forward_ntt_columns(out + begin, columns, modulus);
  }
}

}  // namespace blindfit::ring
