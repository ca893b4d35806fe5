// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/parameters.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

namespace blindfit::bootstrap {
namespace {

using base::Error;
using base::ErrorCode;

constexpr unsigned kEncapsulationLogN = 16;
constexpr unsigned kMaxLogMessageRatio = 8;

void require(bool holds, const char* rule, std::size_t value) {
  if (!holds) {
    throw Error(ErrorCode::kInvalidArgument, std::string(rule) + ": " + std::to_string(value));
  }
}

/// Levels of the cosine's series, of the double angles and of the arcsine.
std::size_t eval_mod_depth(const BootstrapLiteral& l) {
  return std::bit_width(l.cosine_degree) + l.double_angles + std::bit_width(l.arcsine_degree);
}

void require_valid(const BootstrapLiteral& l) {
  require(l.usable.count >= 1, "usable must have at least 1 prime", l.usable.count);
  for (const PrimeRun& run : {l.slots_to_coeffs, l.coeffs_to_slots}) {
    require(run.count >= 1 && run.count <= 6,
            "slots_to_coeffs and coeffs_to_slots must have 1 to 6 primes", run.count);
  }
  require(l.interval >= 2 && l.interval <= 32, "interval must be in [2, 32]", l.interval);
  require(l.cosine_degree >= 3 && l.cosine_degree <= 127, "cosine_degree must be in [3, 127]",
          l.cosine_degree);
  require(l.double_angles <= 6, "double_angles must be at most 6", l.double_angles);
  require(l.arcsine_degree % 2 == 1 && l.arcsine_degree <= 7, "arcsine_degree must be 1, 3, 5 or 7",
          l.arcsine_degree);
  require(l.log_margin >= 2 && l.log_margin <= 12, "log_margin must be in [2, 12]", l.log_margin);
  require(l.log_message_ratio <= kMaxLogMessageRatio, "log_message_ratio must be at most 8",
          l.log_message_ratio);
  if (l.eval_mod.count != eval_mod_depth(l)) {
    throw Error(ErrorCode::kInvalidArgument,
                "eval_mod must have as many primes as its polynomials consume, " +
                    std::to_string(eval_mod_depth(l)) + ": " + std::to_string(l.eval_mod.count));
  }
}

void append(std::vector<unsigned>& bits, PrimeRun run) {
  bits.insert(bits.end(), run.count, run.bits);
}

BootstrapLiteral large(PrimeRun usable, PrimeRun special) {
  BootstrapLiteral literal;
  literal.usable = usable;
  literal.slots_to_coeffs = {3, usable.bits};
  literal.eval_mod = {10, 50};
  literal.coeffs_to_slots = {3, 50};
  literal.special = special;
  return literal;
}

}  // namespace

InstanceLiterals instance_literals(const BootstrapLiteral& literal) {
  require_valid(literal);
  InstanceLiterals out;
  out.main.log_n = literal.log_n;
  out.main.log_q = {literal.log_q0};
  for (const PrimeRun& run :
       {literal.usable, literal.slots_to_coeffs, literal.eval_mod, literal.coeffs_to_slots}) {
    append(out.main.log_q, run);
  }
  append(out.main.log_p, literal.special);
  out.main.digit_size = literal.digit_size;
  // The largest prime of so many bits in both: primes are taken in order, q_0 first.
  out.tiny = {literal.log_n, {literal.log_q0}, {literal.log_tiny_p}, 1};
  return out;
}

BootstrapParameters::BootstrapParameters(const BootstrapLiteral& literal, rlwe::Parameters main,
                                         rlwe::Parameters tiny)
    : literal_(literal), main_(std::move(main)), tiny_(std::move(tiny)) {
  layout_.output = literal.usable.count;
  layout_.slots_to_coeffs = layout_.output + literal.slots_to_coeffs.count;
  layout_.eval_mod = layout_.slots_to_coeffs + literal.eval_mod.count;
  layout_.coeffs_to_slots = layout_.eval_mod + literal.coeffs_to_slots.count;
  rlwe::require_encapsulation(main_, tiny_);
}

base::Result<BootstrapParameters> BootstrapParameters::make(const BootstrapLiteral& literal) {
  try {
    const InstanceLiterals literals = instance_literals(literal);
    if (literal.log_n != kEncapsulationLogN) {
      return Error(ErrorCode::kInsecureParameters,
                   "log_n must be 16, the one ring with an estimate for the sparse secret: " +
                       std::to_string(literal.log_n));
    }
    return BootstrapParameters(literal, rlwe::Parameters::make(literals.main).value(),
                               rlwe::Parameters::make(literals.tiny).value());
  } catch (const Error& error) {
    return error;
  }
}

double BootstrapParameters::message_ratio(unsigned log_slots) const noexcept {
  const unsigned missing = kEncapsulationLogN - 1 - std::min(log_slots, kEncapsulationLogN - 1);
  const unsigned log = literal_.log_message_ratio + (missing + 1) / 2;
  return std::exp2(std::min(log, kMaxLogMessageRatio));
}

BootstrapLiteral set_a() {
  return large({10, 40}, {9, 50});
}

BootstrapLiteral set_t14() {
  return large({14, 36}, {8, 48});
}

BootstrapLiteral set_t16() {
  return large({16, 36}, {7, 50});
}

const std::vector<NamedSet>& named_sets() {
  static const std::vector<NamedSet> sets = {
      {"A", set_a()}, {"T14", set_t14()}, {"T16", set_t16()}};
  return sets;
}

std::optional<BootstrapLiteral> find_set(std::string_view name) {
  for (const NamedSet& set : named_sets()) {
    if (set.name == name) {
      return set.literal;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> name_of(const BootstrapLiteral& literal) {
  for (const NamedSet& set : named_sets()) {
    if (set.literal == literal) {
      return set.name;
    }
  }
  return std::nullopt;
}

}  // namespace blindfit::bootstrap
