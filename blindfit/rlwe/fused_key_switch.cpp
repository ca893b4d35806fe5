// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/fused_key_switch.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

namespace blindfit::rlwe {
namespace {

/// Limbs that are extended before they are used: as many as stay in the last-level cache beside the
/// key's stream, because every group reads the prepared digits again.
constexpr std::size_t kGroupLimbs = 8;

/// Finished digits, to be read where they are.
class StoredRows {
 public:
  StoredRows(const Context& context, const Decomposition& c) : ring_(context.ring()), c_(c) {}

  std::size_t q_limbs() const { return c_.level() + 1; }
  std::size_t digits() const { return c_.digits.size(); }
  void begin_group(std::size_t /*first*/, std::size_t /*count*/) {}
  void list_reads(std::size_t i, std::size_t r, std::vector<const std::uint64_t*>& rows) const {
    for (const ring::Poly& digit : c_.digits) {
      rows.push_back(digit.limb(i).data() + r * ring_.row_size());
    }
  }
  const std::uint64_t* row(std::size_t d, std::size_t i, std::size_t r,
                           const kernels::RowsAhead& /*ahead*/) const {
    return c_.digits[d].limb(i).data() + r * ring_.row_size();
  }

 private:
  const ring::RingContext& ring_;
  const Decomposition& c_;
};

/// Digits that are extended group by group, and whose rows are finished when they are asked for.
class ExtendedRows {
 public:
  ExtendedRows(const Context& context, const ring::Poly& c)
      : context_(context), ring_(context.ring()), c_(c) {
    for (std::size_t d = 0; d < context.parameters().digits(c.q_limbs() - 1); ++d) {
      own_.push_back(own_limbs(context, c, d));
      prepared_.push_back(prepare_digit(context, c, d));
    }
    group_ = base::AlignedBuffer(digits() * kGroupLimbs * ring_.n());
    scratch_ = base::AlignedBuffer(digits() * ring_.row_size());
  }

  std::size_t q_limbs() const { return c_.q_limbs(); }
  std::size_t digits() const { return own_.size(); }

  /// Limbs first .. first + count - 1 can be asked for until the next call; count <= kGroupLimbs.
  void begin_group(std::size_t first, std::size_t count) {
    first_ = first;
    for (std::size_t d = 0; d < digits(); ++d) {
      std::vector<ring::BasisExtension::Target> targets;
      for (std::size_t i = first; i < first + count; ++i) {
        if (!own_[d].contains(i)) {
          targets.push_back({ring_.index(q_limbs(), i), limb(d, i)});
        }
      }
      context_.digit_extension(d, own_[d].last - own_[d].first)
          .extend(ring_, prepared_[d], targets);
    }
  }

  /// What row r of limb i of every digit is made from.
  void list_reads(std::size_t i, std::size_t r, std::vector<const std::uint64_t*>& rows) {
    for (std::size_t d = 0; d < digits(); ++d) {
      rows.push_back((own_[d].contains(i) ? c_.limb(i).data() : limb(d, i)) + r * ring_.row_size());
    }
  }

  /// Valid until the next row of the same digit is asked for.
  const std::uint64_t* row(std::size_t d, std::size_t i, std::size_t r,
                           const kernels::RowsAhead& ahead) {
    const std::size_t size = ring_.row_size();
    if (own_[d].contains(i)) {
      return c_.limb(i).data() + r * size;
    }
    std::uint64_t* out = scratch_.data() + d * size;
    std::memcpy(out, limb(d, i) + r * size, size * sizeof(std::uint64_t));
    ring_.forward_ntt_row(out, r, ring_.index(q_limbs(), i), ahead);
    return out;
  }

 private:
  std::uint64_t* limb(std::size_t d, std::size_t i) {
    return group_.data() + (d * kGroupLimbs + i - first_) * ring_.n();
  }

  const Context& context_;
  const ring::RingContext& ring_;
  const ring::Poly& c_;
  std::vector<LimbRange> own_;
  std::vector<base::AlignedBuffer> prepared_;
  base::AlignedBuffer group_;
  base::AlignedBuffer scratch_;
  std::size_t first_ = 0;
};

/// What becomes of a product: P times the addends joins it, and it is divided.
struct Division {
  const ring::RoundedDivision& by;
  std::size_t limbs;  ///< of the result
  std::array<const ring::Poly*, 2> addends;
};

/// One key switch: digits, key and what becomes of their product.
template <typename Rows>
class Switch {
 public:
  Switch(const Context& context, Rows& rows, const SwitchingKey& key, const Division& division)
      : ring_(context.ring()),
        rows_(rows),
        key_(key),
        division_(division),
        product_(2 * ring_.row_size()) {
    require_level(key, rows.q_limbs() - 1);
  }

  void run(const LimbSink& sink) {
    const std::array<base::AlignedBuffer, 2> prepared = prepare_remainders();
    base::AlignedBuffer remainders(2 * kGroupLimbs * ring_.n());
    for (std::size_t first = 0; first < division_.limbs; first += kGroupLimbs) {
      const std::size_t count = std::min(kGroupLimbs, division_.limbs - first);
      rows_.begin_group(first, count);
      std::uint64_t* const half0 = remainders.data();
      std::uint64_t* const half1 = half0 + kGroupLimbs * ring_.n();
      extend(prepared[0], first, count, half0);
      extend(prepared[1], first, count, half1);
      for (std::size_t k = 0; k < count; ++k) {
        finish_limb(first + k, half0 + k * ring_.n(), half1 + k * ring_.n());
        sink(first + k, half0 + k * ring_.n(), half1 + k * ring_.n());
      }
    }
  }

 private:
  /// Row r of limb i of the gadget product, P times the addends included.
  void product_row(std::size_t i, std::size_t r, std::uint64_t* u0, std::uint64_t* u1) {
    const std::size_t begin = r * ring_.row_size();
    const std::size_t key_limb = limb_of_key(key_, rows_.q_limbs(), i);
    std::array<const std::uint64_t*, kernels::kMaxDotLength> digit;
    std::array<const std::uint64_t*, kernels::kMaxDotLength> b;
    std::array<const std::uint64_t*, kernels::kMaxDotLength> a;
    for (std::size_t d = 0; d < rows_.digits(); ++d) {
      b[d] = key_.b[d].limb(key_limb).data() + begin;
      a[d] = key_.a[d].limb(key_limb).data() + begin;
      const std::uint64_t* const key_rows[] = {b[d], a[d]};
      digit[d] = rows_.row(d, i, r, {key_rows, 2});
    }
    const auto& q = ring_.modulus(ring_.index(rows_.q_limbs(), i));
    ring_.kernels().dot_pair(u0, u1, digit.data(), b.data(), a.data(), rows_.digits(),
                             ring_.row_size(), q);
    if (division_.addends[0] != nullptr && i < rows_.q_limbs()) {
      const std::uint64_t p = ring_.special_product(i);
      const std::uint64_t* c0 = division_.addends[0]->limb(i).data() + begin;
      const std::uint64_t* c1 = division_.addends[1]->limb(i).data() + begin;
      ring_.kernels().multiply_scalar_add(u0, c0, p, ring_.row_size(), q);
      ring_.kernels().multiply_scalar_add(u1, c1, p, ring_.row_size(), q);
    }
  }

  /// The limbs of the product that the division takes away, prepared for its extension.
  std::array<base::AlignedBuffer, 2> prepare_remainders() {
    const std::span<const std::size_t> sources = division_.by.extension().source();
    base::AlignedBuffer halfway(2 * sources.size() * ring_.n());
    std::vector<std::uint64_t*> limbs0;
    std::vector<std::uint64_t*> limbs1;
    for (std::size_t s = 0; s < sources.size(); ++s) {
      const std::size_t i = limb_of(sources[s]);
      if (s % kGroupLimbs == 0 || limb_of(sources[s - 1]) + 1 != i) {
        rows_.begin_group(i, std::min({kGroupLimbs, sources.size() - s, limbs() - i}));
      }
      limbs0.push_back(halfway.data() + 2 * s * ring_.n());
      limbs1.push_back(limbs0.back() + ring_.n());
      for (std::size_t r = 0; r < ring_.rows(); ++r) {
        const std::size_t begin = r * ring_.row_size();
        product_row(i, r, limbs0.back() + begin, limbs1.back() + begin);
        ring_.inverse_ntt_row(limbs0.back() + begin, r, sources[s]);
        ring_.inverse_ntt_row(limbs1.back() + begin, r, sources[s]);
      }
    }
    const ring::BasisExtension& extension = division_.by.extension();
    return {extension.prepare(ring_, limbs0), extension.prepare(ring_, limbs1)};
  }

  /// Remainders modulo q_first .. q_(first + count - 1), halfway, limbs one after the other.
  void extend(const base::AlignedBuffer& prepared, std::size_t first, std::size_t count,
              std::uint64_t* out) {
    std::vector<ring::BasisExtension::Target> targets;
    for (std::size_t k = 0; k < count; ++k) {
      targets.push_back({first + k, out + k * ring_.n()});
    }
    division_.by.extension().extend(ring_, prepared, targets);
  }

  /// Turns the remainders of limb i into the result.
  void finish_limb(std::size_t i, std::uint64_t* limb0, std::uint64_t* limb1) {
    std::uint64_t* const u0 = product_.data();
    std::uint64_t* const u1 = u0 + ring_.row_size();
    for (std::size_t r = 0; r < ring_.rows(); ++r) {
      std::uint64_t* const row0 = limb0 + r * ring_.row_size();
      std::uint64_t* const row1 = limb1 + r * ring_.row_size();
      product_row(i, r, u0, u1);
      next_.clear();  // what is read after this row, to be fetched beside its arithmetic
      if (r + 1 < ring_.rows()) {
        rows_.list_reads(i, r + 1, next_);
        next_.push_back(row0 + ring_.row_size());
        next_.push_back(row1 + ring_.row_size());
      }
      const std::size_t half = next_.size() / 2;
      division_.by.divide_row(ring_, u0, row0, row0, r, i, {next_.data(), half});
      division_.by.divide_row(ring_, u1, row1, row1, r, i,
                              {next_.data() + half, next_.size() - half});
    }
  }

  [[nodiscard]] std::size_t limbs() const { return rows_.q_limbs() + ring_.p_count(); }
  /// The limb of the product with that modulus.
  [[nodiscard]] std::size_t limb_of(std::size_t modulus) const {
    return ring_.limb_index(rows_.q_limbs(), modulus);
  }

  const ring::RingContext& ring_;
  Rows& rows_;
  const SwitchingKey& key_;
  const Division& division_;
  base::AlignedBuffer product_;
  std::vector<const std::uint64_t*> next_;
};

}  // namespace

void switch_key(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                const LimbSink& sink) {
  ExtendedRows rows(context, c);
  const Division division{context.mod_down(), rows.q_limbs(), {}};
  Switch(context, rows, key, division).run(sink);
}

void switch_key(const Context& context, const Decomposition& c, const SwitchingKey& key,
                const LimbSink& sink) {
  StoredRows rows(context, c);
  const Division division{context.mod_down(), rows.q_limbs(), {}};
  Switch(context, rows, key, division).run(sink);
}

void switch_key_and_rescale(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                            const ring::Poly& c0, const ring::Poly& c1, const LimbSink& sink) {
  const std::size_t level = c.q_limbs() - 1;
  if (level == 0) {
    throw base::Error(base::ErrorCode::kLevelExhausted,
                      "rescaling needs a level of at least 1: level 0");
  }
  ExtendedRows rows(context, c);
  const Division division{context.mod_down_and_rescale(level), level, {&c0, &c1}};
  Switch(context, rows, key, division).run(sink);
}

}  // namespace blindfit::rlwe
