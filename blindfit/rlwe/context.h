// SPDX-License-Identifier: Apache-2.0
// Everything that is derived from a parameter set: transforms, extension tables. The one shared
// object of the engine.
#pragma once

#include <memory>
#include <vector>

#include "blindfit/ring/ring_context.h"
#include "blindfit/ring/rounded_division.h"
#include "blindfit/rlwe/parameters.h"

namespace blindfit::rlwe {

/// Immutable; safe to use from any number of threads.
class Context {
 public:
  /// Cost: tables of (q_count + p_count) NTTs. `kernels` must outlive the context (the built-in
  /// tables always do).
  Context(Parameters parameters, const kernels::KernelTable& kernels);

  [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
  [[nodiscard]] const ring::RingContext& ring() const noexcept { return ring_; }
  /// Division by P.
  [[nodiscard]] const ring::RoundedDivision& mod_down() const noexcept { return mod_down_; }
  /// Division by P q_level, level >= 1.
  [[nodiscard]] const ring::RoundedDivision& mod_down_and_rescale(std::size_t level) const {
    return mod_down_and_rescale_[level - 1];
  }
  /// Division by q_level, level >= 1.
  [[nodiscard]] const ring::RoundedDivision& rescaling(std::size_t level) const {
    return rescaling_[level - 1];
  }
  /// The extension of the first `size` primes of digit `d`.
  [[nodiscard]] const ring::BasisExtension& digit_extension(std::size_t d, std::size_t size) const {
    return digit_extensions_[d][size - 1];
  }
  [[nodiscard]] std::uint64_t q(std::size_t level) const { return ring_.q(level).value; }

 private:
  Parameters parameters_;
  ring::RingContext ring_;
  ring::RoundedDivision mod_down_;
  std::vector<ring::RoundedDivision> mod_down_and_rescale_;  // [level - 1]
  std::vector<ring::RoundedDivision> rescaling_;             // [level - 1]
  std::vector<std::vector<ring::BasisExtension>> digit_extensions_;
};

/// Builds a context with the default kernels. Errors as kernels::default_kernels.
base::Result<std::shared_ptr<const Context>> make_context(const Parameters& parameters);

}  // namespace blindfit::rlwe
