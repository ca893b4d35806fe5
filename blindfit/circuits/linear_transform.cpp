// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/linear_transform.h"

#include <algorithm>
#include <array>
#include <functional>
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

/// One product. The sums of all giant steps are made limb by limb, so that the rotated operands
/// need not be kept; then Horner's rule adds them.
class LinearTransform::Application {
 public:
  Application(const LinearTransform& transform, const EvaluationKeys& keys, base::ThreadPool* pool)
      : transform_(transform), context_(*transform.context_), ring_(context_.ring()), pool_(pool) {
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

  Ciphertext run(const Ciphertext& ct) {
    make_sums(ct);
    rlwe::LazyPair total = std::move(sums_.back());
    for (std::size_t g = sums_.size() - 1; g-- > 0;) {
      add_rotated(total, sums_[g]);
      total = std::move(sums_[g]);
    }
    Ciphertext out{std::vector<ring::Poly>(2), ct.scale * transform_.scale_};
    each(2, [&](std::size_t k) {
      context_.mod_down().apply(ring_, k == 0 ? total.u0 : total.u1, out.parts[k]);
    });
    return out;
  }

 private:
  void each(std::size_t count, const std::function<void(std::size_t)>& task) const {
    if (pool_ != nullptr) {
      pool_->parallel_for(count, task);
      return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      task(i);
    }
  }

  /// sums_[g] = sum over baby steps of diagonal * P ct rotated, over QP.
  void make_sums(const Ciphertext& ct) {
    rlwe::Decomposition decomposition;
    if (!baby_keys_.empty()) {
      decomposition = rlwe::gadget_decompose(context_, ct.parts[1]);
    }
    const std::size_t q_limbs = ct.parts[0].q_limbs();
    for (std::size_t g = 0; g < transform_.giants_.size(); ++g) {
      sums_.push_back({ring::Poly(ring_.n(), q_limbs, ring_.p_count(), ring::Domain::kEvaluation),
                       ring::Poly(ring_.n(), q_limbs, ring_.p_count(), ring::Domain::kEvaluation)});
    }
    each(q_limbs + ring_.p_count(), [&](std::size_t i) { make_limb(ct, decomposition, i); });
  }

  /// Limb i of every sum.
  void make_limb(const Ciphertext& ct, const rlwe::Decomposition& decomposition, std::size_t i) {
    const std::size_t n = ring_.n();
    base::AlignedBuffer babies(2 * (baby_keys_.size() + 1) * n);
    base::AlignedBuffer product(2 * n);
    lift(ct, i, babies.data());
    const auto& q = ring_.modulus(sums_[0].u0, i);
    for (std::size_t k = 0; k < baby_keys_.size(); ++k) {
      const rlwe::GaloisKey& key = *baby_keys_[k];
      std::uint64_t* v0 = product.data();
      std::uint64_t* v1 = v0 + n;
      rlwe::gadget_product_limb(context_, decomposition, key.key, i, v0, v1);
      ring_.kernels().add(v0, v0, babies.data(), n, q);
      std::uint64_t* out = babies.data() + 2 * (k + 1) * n;
      ring_.kernels().permute(out, v0, key.automorphism.index.data(), n);
      ring_.kernels().permute(out + n, v1, key.automorphism.index.data(), n);
    }
    const std::size_t columns = std::min(kBlockColumns, n);
    base::AlignedBuffer expanded(kMaxBabies * columns);
    for (std::size_t begin = 0; begin < n; begin += columns) {
      for (std::size_t g = 0; g < sums_.size(); ++g) {
        add_block(g, {i, begin, columns}, babies.data(), expanded.data());
      }
    }
  }

  /// Limb i of P c_0 and P c_1; zero modulo the special primes.
  void lift(const Ciphertext& ct, std::size_t i, std::uint64_t* out) const {
    const std::size_t n = ring_.n();
    if (i >= ct.parts[0].q_limbs()) {
      std::fill_n(out, 2 * n, 0);
      return;
    }
    for (std::size_t k = 0; k < 2; ++k) {
      ring_.kernels().multiply_scalar(out + k * n, ct.parts[k].limb(i).data(),
                                      ring_.special_product(i), n, ring_.q(i));
    }
  }

  struct Block {
    std::size_t limb;
    std::size_t begin;
    std::size_t columns;
  };

  void add_block(std::size_t g, Block block, const std::uint64_t* babies, std::uint64_t* expanded) {
    std::array<const std::uint64_t*, kMaxBabies> diagonal;
    std::array<const std::uint64_t*, kMaxBabies> u0;
    std::array<const std::uint64_t*, kMaxBabies> u1;
    std::size_t count = 0;
    const Giant& giant = transform_.giants_[g];
    for (std::size_t baby = 0; baby <= baby_keys_.size(); ++baby) {
      if (giant[baby].words.size() != 0) {
        diagonal[count] = values(giant[baby], block, expanded + count * block.columns);
        u0[count] = babies + 2 * baby * ring_.n() + block.begin;
        u1[count] = u0[count] + ring_.n();
        ++count;
      }
    }
    ring_.kernels().dot_pair(sums_[g].u0.limb(block.limb).data() + block.begin,
                             sums_[g].u1.limb(block.limb).data() + block.begin, diagonal.data(),
                             u0.data(), u1.data(), count, block.columns,
                             ring_.modulus(sums_[g].u0, block.limb));
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

  /// sum += total one giant step further. Only u1 leaves QP: it is what the key multiplies.
  void add_rotated(rlwe::LazyPair& total, rlwe::LazyPair& sum) const {
    ring::Poly u1;
    context_.mod_down().apply(ring_, total.u1, u1);
    const rlwe::Decomposition decomposition = rlwe::gadget_decompose(context_, u1);
    const std::size_t n = ring_.n();
    const std::uint32_t* index = giant_key_->automorphism.index.data();
    each(sum.u0.limbs(), [&](std::size_t i) {
      base::AlignedBuffer product(2 * n);
      std::uint64_t* v0 = product.data();
      std::uint64_t* v1 = v0 + n;
      const auto& q = ring_.modulus(sum.u0, i);
      rlwe::gadget_product_limb(context_, decomposition, giant_key_->key, i, v0, v1);
      ring_.kernels().add(v0, v0, total.u0.limb(i).data(), n, q);
      ring_.kernels().permute_add(sum.u0.limb(i).data(), v0, index, n, q);
      ring_.kernels().permute_add(sum.u1.limb(i).data(), v1, index, n, q);
    });
  }

  const LinearTransform& transform_;
  const Context& context_;
  const ring::RingContext& ring_;
  base::ThreadPool* pool_;
  std::vector<const rlwe::GaloisKey*> baby_keys_;
  const rlwe::GaloisKey* giant_key_ = nullptr;
  std::vector<rlwe::LazyPair> sums_;  // by giant step
};

Ciphertext LinearTransform::apply(const EvaluationKeys& keys, const Ciphertext& ct,
                                  base::ThreadPool* pool) const {
  Ciphertext out = apply_unrescaled(keys, ct, pool);
  ckks::rescale(*context_, out);
  return out;
}

Ciphertext LinearTransform::apply_unrescaled(const EvaluationKeys& keys, const Ciphertext& ct,
                                             base::ThreadPool* pool) const {
  if (ct.degree() != 1 || ct.level() != level_) {
    throw Error(ErrorCode::kLevelMismatch,
                "a linear transform encoded for level " + std::to_string(level_) +
                    " takes a ciphertext of degree 1 at that level: degree " +
                    std::to_string(ct.degree()) + ", level " + std::to_string(ct.level()));
  }
  return Application(*this, keys, pool).run(ct);
}

}  // namespace blindfit::circuits
