// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/linear_transform.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "blindfit/rlwe/key_switch.h"

namespace blindfit::circuits {
namespace {

using base::Error;
using base::ErrorCode;
using ckks::Ciphertext;
using ckks::Context;
using ckks::EvaluationKeys;
using ckks::Scale;
using ckks::Steps;

/// Columns that are multiplied at a time: eight expanded diagonals of a block fit the second-level
/// cache.
constexpr std::size_t kBlockColumns = 4096;
/// Longest sum of one call of the dot kernel that is used here.
constexpr std::size_t kMaxBabies = 64;

/// The least period of all diagonals: their entries are compared bit by bit, which is enough
/// because equal entries come from equal expressions.
std::size_t common_period(const DiagonalMatrix& matrix) {
  std::size_t period = matrix.period;
  const auto repeats = [&](const auto& entry) {
    const Diagonal& d = entry.second;
    return std::equal(d.begin() + static_cast<std::ptrdiff_t>(period / 2),
                      d.begin() + static_cast<std::ptrdiff_t>(period), d.begin());
  };
  while (period > 1 && std::all_of(matrix.diagonals.begin(), matrix.diagonals.end(), repeats)) {
    period /= 2;
  }
  return period;
}

Steps steps(std::size_t value) {
  return {static_cast<std::int64_t>(value)};
}

rlwe::LazyPair uninitialised_pair(const ring::Poly& shape) {
  return {ring::Poly(shape.n(), shape.q_limbs(), shape.p_limbs(), ring::Domain::kEvaluation),
          ring::Poly(shape.n(), shape.q_limbs(), shape.p_limbs(), ring::Domain::kEvaluation)};
}

}  // namespace

std::vector<Steps> rotations(BabyGiant order, std::size_t count) {
  std::vector<Steps> result;
  for (std::size_t baby = 1; baby < std::min(order.babies, count); ++baby) {
    result.push_back(steps(baby * order.stride));
  }
  if (count > order.babies) {
    result.push_back(steps(order.babies * order.stride));
  }
  return result;
}

LinearTransform::LinearTransform(const ckks::Encoder& encoder, const DiagonalMatrix& matrix,
                                 BabyGiant order, std::size_t level, Scale scale)
    : context_(&encoder.context()), level_(level), scale_(scale), order_(order) {
  if (order.babies < 1 || order.babies > kMaxBabies || matrix.diagonals.empty() || level < 1 ||
      level > context_->parameters().max_level()) {
    throw Error(ErrorCode::kInvalidArgument,
                "a linear transform needs 1 to 64 baby steps, a diagonal and a level in [1, " +
                    std::to_string(context_->parameters().max_level()) +
                    "]: " + std::to_string(order.babies) + ", " +
                    std::to_string(matrix.diagonals.size()) + ", " + std::to_string(level));
  }
  run_ = encoder.slots() / common_period(matrix);
  const std::size_t last = matrix.diagonals.rbegin()->first / order.stride;
  giants_.resize(last / order.babies + 1);
  for (Giant& giant : giants_) {
    giant.resize(order.babies);
  }
  for (const auto& [offset, diagonal] : matrix.diagonals) {
    if (offset % order.stride != 0) {
      throw Error(ErrorCode::kInvalidArgument, "offsets must be multiples of the stride " +
                                                   std::to_string(order.stride) + ": " +
                                                   std::to_string(offset));
    }
    const std::size_t index = offset / order.stride;
    const std::size_t giant = index / order.babies;
    // The giant step rotates the sum afterwards, so its diagonals are rotated back now.
    const std::size_t back = giant * order.babies * order.stride % matrix.period;
    Diagonal moved(diagonal.size());
    std::rotate_copy(diagonal.begin(), diagonal.end() - static_cast<std::ptrdiff_t>(back),
                     diagonal.end(), moved.begin());
    giants_[giant][index % order.babies] = encode(encoder, moved);
  }
}

LinearTransform::RunPoly LinearTransform::encode(const ckks::Encoder& encoder,
                                                 const Diagonal& diagonal) const {
  const ring::RingContext& ring = context_->ring();
  Diagonal slots(encoder.slots());
  for (std::size_t j = 0; j < slots.size(); ++j) {
    slots[j] = diagonal[j % diagonal.size()];
  }
  ring::Poly poly(ring.n(), level_ + 1, ring.p_count(), ring::Domain::kCoefficient);
  ring::set_signed_coefficients(ring, encoder.integer_coefficients(slots, scale_), poly);
  ring::to_evaluation(ring, poly);
  const std::size_t kept = ring.n() / run_;
  RunPoly result{base::AlignedBuffer(kept * poly.limbs())};
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    for (std::size_t k = 0; k < kept; ++k) {
      result.words.data()[i * kept + k] = poly.limb(i)[k * run_];
    }
  }
  return result;
}

std::size_t LinearTransform::used_babies() const noexcept {
  std::size_t used = 0;
  for (const Giant& giant : giants_) {
    for (std::size_t baby = 0; baby < giant.size(); ++baby) {
      used = giant[baby].words.size() != 0 ? std::max(used, baby + 1) : used;
    }
  }
  return used;
}

std::vector<Steps> LinearTransform::rotations() const {
  return circuits::rotations(order_, giants_.size() > 1 ? order_.babies + 1 : used_babies());
}

std::size_t LinearTransform::bytes() const noexcept {
  std::size_t words = 0;
  for (const Giant& giant : giants_) {
    for (const RunPoly& diagonal : giant) {
      words += diagonal.words.size();
    }
  }
  return words * sizeof(std::uint64_t);
}

/// One product: holds the rotated operands over QP and adds giant steps by Horner's rule.
class LinearTransform::Application {
 public:
  Application(const LinearTransform& transform, const EvaluationKeys& keys, const Ciphertext& ct)
      : transform_(transform), context_(*transform.context_), ring_(context_.ring()) {
    find_keys(keys);
    make_babies(ct);
  }

  Ciphertext run(Scale scale) {
    const std::size_t count = transform_.giants_.size();
    rlwe::LazyPair sum = uninitialised_pair(babies_.front().u0);
    for (std::size_t g = count; g-- > 0;) {
      if (g + 1 < count) {
        sum = rotated(sum);
      }
      add_products(transform_.giants_[g], g + 1 == count, sum);
    }
    babies_.clear();
    Ciphertext out{std::vector<ring::Poly>(2), scale * transform_.scale_};
    rlwe::mod_down(context_, sum, out.parts[0], out.parts[1]);
    return out;
  }

 private:
  void find_keys(const EvaluationKeys& keys) {
    const unsigned log_n = context_.parameters().log_n();
    const BabyGiant order = transform_.order_;
    const std::size_t level = transform_.level_;
    for (std::size_t baby = 1; baby < transform_.used_babies(); ++baby) {
      baby_keys_.push_back(
          &keys.galois(ckks::galois_element(steps(baby * order.stride), log_n), level));
    }
    if (transform_.giants_.size() > 1) {
      giant_key_ =
          &keys.galois(ckks::galois_element(steps(order.babies * order.stride), log_n), level);
    }
  }

  /// babies_[b] = P times ct rotated by b strides, over QP.
  void make_babies(const Ciphertext& ct) {
    const std::size_t q_limbs = ct.parts[0].q_limbs();
    babies_.push_back(
        {ring::zero_poly(ring_, q_limbs, ring_.p_count(), ring::Domain::kEvaluation),
         ring::zero_poly(ring_, q_limbs, ring_.p_count(), ring::Domain::kEvaluation)});
    for (std::size_t i = 0; i < q_limbs; ++i) {
      ring_.kernels().multiply_scalar(babies_[0].u0.limb(i).data(), ct.parts[0].limb(i).data(),
                                      ring_.special_product(i), ring_.n(), ring_.q(i));
      ring_.kernels().multiply_scalar(babies_[0].u1.limb(i).data(), ct.parts[1].limb(i).data(),
                                      ring_.special_product(i), ring_.n(), ring_.q(i));
    }
    if (baby_keys_.empty()) {
      return;
    }
    const rlwe::Decomposition decomposition = rlwe::gadget_decompose(context_, ct.parts[1]);
    for (const rlwe::GaloisKey* key : baby_keys_) {
      babies_.push_back(switched(decomposition, babies_[0].u0, *key));
    }
  }

  /// The automorphism of (u0 + product, product) over QP, one limb after the other.
  [[nodiscard]] rlwe::LazyPair switched(const rlwe::Decomposition& decomposition,
                                        const ring::Poly& u0, const rlwe::GaloisKey& key) const {
    rlwe::LazyPair out = uninitialised_pair(u0);
    const std::size_t n = ring_.n();
    base::AlignedBuffer scratch(2 * n);
    std::uint64_t* v0 = scratch.data();
    std::uint64_t* v1 = v0 + n;
    const std::uint32_t* index = key.automorphism.index.data();
    for (std::size_t i = 0; i < u0.limbs(); ++i) {
      rlwe::gadget_product_limb(context_, decomposition, key.key, i, v0, v1);
      ring_.kernels().add(v0, v0, u0.limb(i).data(), n, ring_.modulus(u0, i));
      ring_.kernels().permute(out.u0.limb(i).data(), v0, index, n);
      ring_.kernels().permute(out.u1.limb(i).data(), v1, index, n);
    }
    return out;
  }

  /// The sum one giant step further. Only u1 has to leave QP: it is what the key multiplies.
  [[nodiscard]] rlwe::LazyPair rotated(rlwe::LazyPair& sum) const {
    ring::Poly u1;
    context_.mod_down().apply(ring_, sum.u1, u1);
    return switched(rlwe::gadget_decompose(context_, u1), sum.u0, *giant_key_);
  }

  /// sum += sum over baby steps of diagonal * rotated operand; `first` overwrites.
  void add_products(const Giant& giant, bool first, rlwe::LazyPair& sum) const {
    std::vector<std::size_t> used;
    for (std::size_t baby = 0; baby < babies_.size(); ++baby) {
      if (giant[baby].words.size() != 0) {
        used.push_back(baby);
      }
    }
    const std::size_t columns = std::min(kBlockColumns, ring_.n());
    base::AlignedBuffer scratch((used.size() + 2) * columns);
    for (std::size_t i = 0; i < sum.u0.limbs(); ++i) {
      for (std::size_t begin = 0; begin < ring_.n(); begin += columns) {
        add_block(giant, used, {i, begin, columns}, first, scratch.data(), sum);
      }
    }
  }

  struct Block {
    std::size_t limb;
    std::size_t begin;
    std::size_t columns;
  };

  void add_block(const Giant& giant, const std::vector<std::size_t>& used, Block block, bool first,
                 std::uint64_t* scratch, rlwe::LazyPair& sum) const {
    std::array<const std::uint64_t*, kMaxBabies> diagonal;
    std::array<const std::uint64_t*, kMaxBabies> u0;
    std::array<const std::uint64_t*, kMaxBabies> u1;
    std::uint64_t* free = scratch + 2 * block.columns;
    for (std::size_t k = 0; k < used.size(); ++k) {
      diagonal[k] = values(giant[used[k]], block, free);
      free += block.columns;
      u0[k] = babies_[used[k]].u0.limb(block.limb).data() + block.begin;
      u1[k] = babies_[used[k]].u1.limb(block.limb).data() + block.begin;
    }
    std::uint64_t* out0 = sum.u0.limb(block.limb).data() + block.begin;
    std::uint64_t* out1 = sum.u1.limb(block.limb).data() + block.begin;
    const auto& q = ring_.modulus(sum.u0, block.limb);
    const auto& kernels = ring_.kernels();
    if (first) {
      kernels.dot_pair(out0, out1, diagonal.data(), u0.data(), u1.data(), used.size(),
                       block.columns, q);
      return;
    }
    std::uint64_t* v1 = scratch + block.columns;
    kernels.dot_pair(scratch, v1, diagonal.data(), u0.data(), u1.data(), used.size(), block.columns,
                     q);
    kernels.add(out0, out0, scratch, block.columns, q);
    kernels.add(out1, out1, v1, block.columns, q);
  }

  /// A block of a diagonal's limb: in place if every word is kept, else written out at `scratch`.
  const std::uint64_t* values(const RunPoly& diagonal, Block block, std::uint64_t* scratch) const {
    const std::size_t run = transform_.run_;
    const std::uint64_t* kept =
        diagonal.words.data() + (block.limb * ring_.n() + block.begin) / run;
    if (run == 1) {
      return kept;
    }
    if (run >= block.columns) {
      std::fill_n(scratch, block.columns, *kept);
      return scratch;
    }
    for (std::size_t k = 0; k < block.columns / run; ++k) {
      std::fill_n(scratch + k * run, run, kept[k]);
    }
    return scratch;
  }

  const LinearTransform& transform_;
  const Context& context_;
  const ring::RingContext& ring_;
  std::vector<const rlwe::GaloisKey*> baby_keys_;
  const rlwe::GaloisKey* giant_key_ = nullptr;
  std::vector<rlwe::LazyPair> babies_;
};

Ciphertext LinearTransform::apply(const EvaluationKeys& keys, const Ciphertext& ct) const {
  Ciphertext out = apply_unrescaled(keys, ct);
  ckks::rescale(*context_, out);
  return out;
}

Ciphertext LinearTransform::apply_unrescaled(const EvaluationKeys& keys,
                                             const Ciphertext& ct) const {
  if (ct.degree() != 1 || ct.level() != level_) {
    throw Error(ErrorCode::kLevelMismatch,
                "a linear transform encoded for level " + std::to_string(level_) +
                    " takes a ciphertext of degree 1 at that level: degree " +
                    std::to_string(ct.degree()) + ", level " + std::to_string(ct.level()));
  }
  return Application(*this, keys, ct).run(ct.scale);
}

}  // namespace blindfit::circuits
