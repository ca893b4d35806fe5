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
/// Keys that share the digits. More gain less, and need as much memory again.
constexpr std::size_t kKeysTogether = 2;

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

/// One key's part of a switch: what its product leaves modulo D, then modulo a group of limbs.
struct Remainders {
  std::array<base::AlignedBuffer, 2> prepared;
  std::array<base::AlignedBuffer, 2> group;  // halfway, limbs one after the other
};

/// Key switches of the same digits: the keys, and what becomes of their products.
template <typename Rows>
class Switch {
 public:
  Switch(const Context& context, Rows& rows, std::span<const KeyedSink> keys,
         const Division& division)
      : ring_(context.ring()),
        rows_(rows),
        keys_(keys),
        division_(division),
        product_(2 * ring_.row_size()),
        remainders_(keys.size()) {
    for (const KeyedSink& keyed : keys) {
      require_level(*keyed.key, rows.q_limbs() - 1);
    }
  }

  void run() {
    prepare_remainders();
    for (std::size_t first = 0; first < division_.limbs; first += kGroupLimbs) {
      const std::size_t count = std::min(kGroupLimbs, division_.limbs - first);
      rows_.begin_group(first, count);
      extend_remainders(first, count);
      for (std::size_t k = 0; k < count; ++k) {
        for (std::size_t r = 0; r < ring_.rows(); ++r) {
          finish_row(first + k, k, r);
        }
      }
    }
  }

 private:
  /// Row r of limb i of every digit.
  void read_digits(std::size_t i, std::size_t r) {
    for (std::size_t d = 0; d < rows_.digits(); ++d) {
      ahead_.clear();
      for (const KeyedSink& keyed : keys_) {
        ahead_.push_back(key_row(keyed.key->b[d], i, r));
        ahead_.push_back(key_row(keyed.key->a[d], i, r));
      }
      digit_[d] = rows_.row(d, i, r, {ahead_.data(), ahead_.size()});
    }
  }

  /// Row r of limb i of a gadget product, P times the addends included.
  void product_row(const SwitchingKey& key, std::size_t i, std::size_t r, std::uint64_t* u0,
                   std::uint64_t* u1) const {
    std::array<const std::uint64_t*, kernels::kMaxDotLength> b;
    std::array<const std::uint64_t*, kernels::kMaxDotLength> a;
    for (std::size_t d = 0; d < rows_.digits(); ++d) {
      b[d] = key_row(key.b[d], i, r);
      a[d] = key_row(key.a[d], i, r);
    }
    const auto& q = ring_.modulus(ring_.index(rows_.q_limbs(), i));
    ring_.kernels().dot_pair(u0, u1, digit_.data(), b.data(), a.data(), rows_.digits(),
                             ring_.row_size(), q);
    if (division_.addends[0] != nullptr && i < rows_.q_limbs()) {
      const std::uint64_t p = ring_.special_product(i);
      const std::uint64_t* c0 = division_.addends[0]->limb(i).data() + r * ring_.row_size();
      const std::uint64_t* c1 = division_.addends[1]->limb(i).data() + r * ring_.row_size();
      ring_.kernels().multiply_scalar_add(u0, c0, p, ring_.row_size(), q);
      ring_.kernels().multiply_scalar_add(u1, c1, p, ring_.row_size(), q);
    }
  }

  /// The limbs of the products that the division takes away, prepared for its extension.
  void prepare_remainders() {
    const ring::BasisExtension& extension = division_.by.extension();
    const std::span<const std::size_t> sources = extension.source();
    base::AlignedBuffer halfway(2 * keys_.size() * sources.size() * ring_.n());
    const auto limb = [&](std::size_t pair, std::size_t half, std::size_t s) {
      return halfway.data() + ((2 * pair + half) * sources.size() + s) * ring_.n();
    };
    for (std::size_t s = 0; s < sources.size(); ++s) {
      const std::size_t i = limb_of(sources[s]);
      if (s % kGroupLimbs == 0 || limb_of(sources[s - 1]) + 1 != i) {
        rows_.begin_group(i, std::min({kGroupLimbs, sources.size() - s, limbs() - i}));
      }
      for (std::size_t r = 0; r < ring_.rows(); ++r) {
        read_digits(i, r);
        for (std::size_t pair = 0; pair < keys_.size(); ++pair) {
          std::uint64_t* const u0 = limb(pair, 0, s) + r * ring_.row_size();
          std::uint64_t* const u1 = limb(pair, 1, s) + r * ring_.row_size();
          product_row(*keys_[pair].key, i, r, u0, u1);
          ring_.inverse_ntt_row(u0, r, sources[s]);
          ring_.inverse_ntt_row(u1, r, sources[s]);
        }
      }
    }
    for (std::size_t pair = 0; pair < keys_.size(); ++pair) {
      for (std::size_t half = 0; half < 2; ++half) {
        std::vector<std::uint64_t*> x;
        for (std::size_t s = 0; s < sources.size(); ++s) {
          x.push_back(limb(pair, half, s));
        }
        remainders_[pair].prepared[half] = extension.prepare(ring_, x);
        remainders_[pair].group[half] = base::AlignedBuffer(kGroupLimbs * ring_.n());
      }
    }
  }

  /// Remainders modulo q_first .. q_(first + count - 1).
  void extend_remainders(std::size_t first, std::size_t count) {
    for (Remainders& pair : remainders_) {
      for (std::size_t half = 0; half < 2; ++half) {
        std::vector<ring::BasisExtension::Target> targets;
        for (std::size_t k = 0; k < count; ++k) {
          targets.push_back({first + k, pair.group[half].data() + k * ring_.n()});
        }
        division_.by.extension().extend(ring_, pair.prepared[half], targets);
      }
    }
  }

  /// Turns row r of the remainders of limb i, the k-th of its group, into the results.
  void finish_row(std::size_t i, std::size_t k, std::size_t r) {
    read_digits(i, r);
    list_next_reads(i, k, r);
    const std::size_t share = next_.size() / (2 * keys_.size());
    const std::uint64_t* const* next = next_.data();
    const std::size_t begin = r * ring_.row_size();
    for (std::size_t pair = 0; pair < keys_.size(); ++pair) {
      std::array<std::uint64_t*, 2> limb;
      std::array<std::uint64_t*, 2> u = {product_.data(), product_.data() + ring_.row_size()};
      product_row(*keys_[pair].key, i, r, u[0], u[1]);
      for (std::size_t half = 0; half < 2; ++half) {
        limb[half] = remainders_[pair].group[half].data() + k * ring_.n();
        const bool last = pair + 1 == keys_.size() && half == 1;
        const std::size_t left = static_cast<std::size_t>(next_.data() + next_.size() - next);
        const std::size_t count = last ? left : share;
        division_.by.divide_row(ring_, u[half], limb[half] + begin, limb[half] + begin, r, i,
                                {next, count});
        next += count;
      }
      keys_[pair].sink({i, begin, ring_.row_size(), limb[0], limb[1]});
    }
  }

  /// What is read after a row, to be fetched beside its arithmetic.
  void list_next_reads(std::size_t i, std::size_t k, std::size_t r) {
    next_.clear();
    if (r + 1 < ring_.rows()) {
      rows_.list_reads(i, r + 1, next_);
      for (Remainders& pair : remainders_) {
        for (base::AlignedBuffer& group : pair.group) {
          next_.push_back(group.data() + k * ring_.n() + (r + 1) * ring_.row_size());
        }
      }
    }
  }

  [[nodiscard]] const std::uint64_t* key_row(const ring::Poly& part, std::size_t i,
                                             std::size_t r) const {
    return part.limb(limb_of_key(part, rows_.q_limbs(), i)).data() + r * ring_.row_size();
  }
  [[nodiscard]] std::size_t limbs() const { return rows_.q_limbs() + ring_.p_count(); }
  /// The limb of the product with that modulus.
  [[nodiscard]] std::size_t limb_of(std::size_t modulus) const {
    return ring_.limb_index(rows_.q_limbs(), modulus);
  }

  const ring::RingContext& ring_;
  Rows& rows_;
  std::span<const KeyedSink> keys_;
  Division division_;
  base::AlignedBuffer product_;
  std::vector<Remainders> remainders_;
  std::array<const std::uint64_t*, kernels::kMaxDotLength> digit_;
  std::vector<const std::uint64_t*> ahead_;
  std::vector<const std::uint64_t*> next_;
};

}  // namespace

void switch_key(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                const RowSink& sink) {
  ExtendedRows rows(context, c);
  const KeyedSink keyed{&key, sink};
  Switch(context, rows, {&keyed, 1}, {context.mod_down(), rows.q_limbs(), {}}).run();
}

void switch_keys(const Context& context, const Decomposition& c, std::span<const KeyedSink> keys) {
  StoredRows rows(context, c);
  const Division division{context.mod_down(), rows.q_limbs(), {}};
  for (std::size_t first = 0; first < keys.size(); first += kKeysTogether) {
    const std::size_t count = std::min(kKeysTogether, keys.size() - first);
    Switch(context, rows, keys.subspan(first, count), division).run();
  }
}

void switch_key_and_rescale(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                            const ring::Poly& c0, const ring::Poly& c1, const RowSink& sink) {
  const std::size_t level = c.q_limbs() - 1;
  if (level == 0) {
    throw base::Error(base::ErrorCode::kLevelExhausted,
                      "rescaling needs a level of at least 1: level 0");
  }
  ExtendedRows rows(context, c);
  const KeyedSink keyed{&key, sink};
  Switch(context, rows, {&keyed, 1}, {context.mod_down_and_rescale(level), level, {&c0, &c1}})
      .run();
}

}  // namespace blindfit::rlwe
