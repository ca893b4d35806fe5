// SPDX-License-Identifier: Apache-2.0
// Polynomials of Z[X]/(X^N + 1) in residue number form: one limb of N words per prime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "blindfit/base/aligned_buffer.h"

namespace blindfit::ring {

/// What the words of a limb are: coefficients in natural order, or values at the roots in
/// bit-reversed order.
enum class Domain : std::uint8_t { kCoefficient, kEvaluation };

/// Residues modulo q_0 .. q_(q_limbs-1), then modulo p_0 .. p_(p_limbs-1). All residues are
/// canonical. A value type: copies are deep and hold no forgotten limbs, moves leave an empty
/// polynomial. Words are uninitialised until written.
class Poly {
 public:
  Poly() = default;
  Poly(std::size_t n, std::size_t q_limbs, std::size_t p_limbs, Domain domain)
      : words_(n * (q_limbs + p_limbs)),
        n_(n),
        q_limbs_(q_limbs),
        p_limbs_(p_limbs),
        domain_(domain) {}
  Poly(const Poly& other) : Poly(other.n_, other.q_limbs_, other.p_limbs_, other.domain_) {
    copy_words(other);
  }
  Poly(Poly&& other) noexcept
      : words_(std::move(other.words_)),
        n_(std::exchange(other.n_, 0)),
        q_limbs_(std::exchange(other.q_limbs_, 0)),
        p_limbs_(std::exchange(other.p_limbs_, 0)),
        domain_(other.domain_) {}
  /// Reuses the storage of a polynomial that has room.
  Poly& operator=(const Poly& other) {
    if (this == &other) {
      return *this;
    }
    reshape(other.n_, other.q_limbs_, other.p_limbs_, other.domain_);
    copy_words(other);
    return *this;
  }
  Poly& operator=(Poly&& other) noexcept {
    words_ = std::move(other.words_);
    n_ = std::exchange(other.n_, 0);
    q_limbs_ = std::exchange(other.q_limbs_, 0);
    p_limbs_ = std::exchange(other.p_limbs_, 0);
    domain_ = other.domain_;
    return *this;
  }
  ~Poly() = default;

  [[nodiscard]] std::size_t n() const noexcept { return n_; }
  [[nodiscard]] std::size_t q_limbs() const noexcept { return q_limbs_; }
  [[nodiscard]] std::size_t p_limbs() const noexcept { return p_limbs_; }
  [[nodiscard]] std::size_t limbs() const noexcept { return q_limbs_ + p_limbs_; }
  [[nodiscard]] Domain domain() const noexcept { return domain_; }
  void set_domain(Domain domain) noexcept { domain_ = domain; }

  /// Limb i < limbs(); the limb of p_j is q_limbs() + j.
  [[nodiscard]] std::span<std::uint64_t> limb(std::size_t i) noexcept {
    return {words_.data() + i * n_, n_};
  }
  [[nodiscard]] std::span<const std::uint64_t> limb(std::size_t i) const noexcept {
    return {words_.data() + i * n_, n_};
  }

  /// Takes another shape, in the storage that is here if it has room: then the words stay, and a
  /// limb whose place does not change keeps them.
  void reshape(std::size_t n, std::size_t q_limbs, std::size_t p_limbs, Domain domain) {
    if (words_.size() < n * (q_limbs + p_limbs)) {
      words_ = base::AlignedBuffer(n * (q_limbs + p_limbs));
    }
    n_ = n;
    q_limbs_ = q_limbs;
    p_limbs_ = p_limbs;
    domain_ = domain;
  }
  /// Forgets the limbs of q_count and above. Requires count <= q_limbs(), and p_limbs() == 0 unless
  /// count == q_limbs(). Keeps the storage.
  void keep_q_limbs(std::size_t count) noexcept { q_limbs_ = count; }

 private:
  void copy_words(const Poly& other) noexcept {
    if (limbs() != 0) {
      std::memcpy(words_.data(), other.words_.data(), n_ * limbs() * sizeof(std::uint64_t));
    }
  }

  base::AlignedBuffer words_;
  std::size_t n_ = 0;
  std::size_t q_limbs_ = 0;
  std::size_t p_limbs_ = 0;
  Domain domain_ = Domain::kEvaluation;
};

}  // namespace blindfit::ring
