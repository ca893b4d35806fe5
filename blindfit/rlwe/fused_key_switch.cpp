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

/// Row r of limb i of the gadget product.
template <typename Rows>
void product_row(const ring::RingContext& ring, Rows& rows, const SwitchingKey& key, std::size_t i,
                 std::size_t r, std::uint64_t* u0, std::uint64_t* u1) {
  const std::size_t begin = r * ring.row_size();
  const std::size_t key_limb = limb_of_key(key, rows.q_limbs(), i);
  std::array<const std::uint64_t*, kernels::kMaxDotLength> digit;
  std::array<const std::uint64_t*, kernels::kMaxDotLength> b;
  std::array<const std::uint64_t*, kernels::kMaxDotLength> a;
  for (std::size_t d = 0; d < rows.digits(); ++d) {
    b[d] = key.b[d].limb(key_limb).data() + begin;
    a[d] = key.a[d].limb(key_limb).data() + begin;
    const std::uint64_t* const key_rows[] = {b[d], a[d]};
    digit[d] = rows.row(d, i, r, {key_rows, 2});
  }
  ring.kernels().dot_pair(u0, u1, digit.data(), b.data(), a.data(), rows.digits(), ring.row_size(),
                          ring.modulus(ring.index(rows.q_limbs(), i)));
}

/// One half of the product modulo P, prepared for ModDown's extension.
using Prepared = std::array<base::AlignedBuffer, 2>;

template <typename Rows>
Prepared prepare_remainders(const Context& context, Rows& rows, const SwitchingKey& key) {
  const ring::RingContext& ring = context.ring();
  const std::size_t count = ring.p_count();
  base::AlignedBuffer halfway(2 * count * ring.n());
  std::vector<std::uint64_t*> limbs;
  for (std::size_t j = 0; j < count; ++j) {
    if (j % kGroupLimbs == 0) {
      rows.begin_group(rows.q_limbs() + j, std::min(kGroupLimbs, count - j));
    }
    std::uint64_t* u0 = halfway.data() + j * ring.n();
    std::uint64_t* u1 = u0 + count * ring.n();
    for (std::size_t r = 0; r < ring.rows(); ++r) {
      const std::size_t begin = r * ring.row_size();
      product_row(ring, rows, key, rows.q_limbs() + j, r, u0 + begin, u1 + begin);
      ring.inverse_ntt_row(u0 + begin, r, ring.p_index(j));
      ring.inverse_ntt_row(u1 + begin, r, ring.p_index(j));
    }
  }
  for (std::size_t j = 0; j < 2 * count; ++j) {
    limbs.push_back(halfway.data() + j * ring.n());
  }
  const ring::BasisExtension& extension = context.mod_down().extension();
  return {extension.prepare(ring, std::span(limbs).first(count)),
          extension.prepare(ring, std::span(limbs).last(count))};
}

template <typename Rows>
void switch_rows(const Context& context, Rows& rows, const SwitchingKey& key,
                 const LimbSink& sink) {
  const ring::RingContext& ring = context.ring();
  require_level(key, rows.q_limbs() - 1);
  const Prepared prepared = prepare_remainders(context, rows, key);
  base::AlignedBuffer group(2 * kGroupLimbs * ring.n());
  base::AlignedBuffer product(2 * ring.row_size());
  std::uint64_t* const u[2] = {product.data(), product.data() + ring.row_size()};
  std::vector<const std::uint64_t*> next;  // rows to be fetched beside the arithmetic on this one
  for (std::size_t first = 0; first < rows.q_limbs(); first += kGroupLimbs) {
    const std::size_t count = std::min(kGroupLimbs, rows.q_limbs() - first);
    rows.begin_group(first, count);
    std::array<std::array<std::uint64_t*, 2>, kGroupLimbs> out;
    for (std::size_t half = 0; half < 2; ++half) {
      std::vector<ring::BasisExtension::Target> remainders;
      for (std::size_t k = 0; k < count; ++k) {
        out[k][half] = group.data() + (half * kGroupLimbs + k) * ring.n();
        remainders.push_back({first + k, out[k][half]});
      }
      context.mod_down().extension().extend(ring, prepared[half], remainders);
    }
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t r = 0; r < ring.rows(); ++r) {
        const std::size_t begin = r * ring.row_size();
        std::uint64_t* const row0 = out[k][0] + begin;
        std::uint64_t* const row1 = out[k][1] + begin;
        product_row(ring, rows, key, first + k, r, u[0], u[1]);
        next.clear();
        if (r + 1 < ring.rows()) {
          rows.list_reads(first + k, r + 1, next);
          next.push_back(row0 + ring.row_size());
          next.push_back(row1 + ring.row_size());
        }
        const std::size_t half = next.size() / 2;
        context.mod_down().divide_row(ring, u[0], row0, r, first + k, {next.data(), half});
        context.mod_down().divide_row(ring, u[1], row1, r, first + k,
                                      {next.data() + half, next.size() - half});
      }
      sink(first + k, out[k][0], out[k][1]);
    }
  }
}

}  // namespace

void switch_key(const Context& context, const ring::Poly& c, const SwitchingKey& key,
                const LimbSink& sink) {
  ExtendedRows rows(context, c);
  switch_rows(context, rows, key, sink);
}

void switch_key(const Context& context, const Decomposition& c, const SwitchingKey& key,
                const LimbSink& sink) {
  StoredRows rows(context, c);
  switch_rows(context, rows, key, sink);
}

}  // namespace blindfit::rlwe
