// SPDX-License-Identifier: Apache-2.0
// Parameters of bootstrapping: which levels every stage uses and how the modulus is reduced away.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "blindfit/rlwe/encapsulation.h"
#include "blindfit/rlwe/parameters.h"

namespace blindfit::testing {
class InsecureParameters;
}

namespace blindfit::bootstrap {

/// `count` primes of `bits` bits.
struct PrimeRun {
  std::size_t count = 0;
  unsigned bits = 0;
  bool operator==(const PrimeRun&) const = default;
};

/// What a person writes down. The chain, from the bottom: q_0, usable levels, slots_to_coeffs,
/// eval_mod, coeffs_to_slots.
struct BootstrapLiteral {
  unsigned log_n = 16;
  unsigned log_q0 = 50;
  PrimeRun usable;
  PrimeRun slots_to_coeffs;
  PrimeRun eval_mod;
  PrimeRun coeffs_to_slots;
  PrimeRun special;          ///< P, shared by all keys but the encapsulation
  unsigned digit_size = 0;   ///< as rlwe::ParametersLiteral
  unsigned log_tiny_p = 50;  ///< special prime of the encapsulation

  unsigned interval = 14;  ///< K: |I| <= K, I the multiples of q_0 that raising adds
  unsigned cosine_degree = 28;
  unsigned double_angles = 3;
  unsigned arcsine_degree = 3;  ///< 1 (no more than a factor), 3, 5 or 7
  /// Messages are kept where |m / q_0| <= 2^-log_margin: the half width of the neighbourhoods of
  /// the integers on which the cosine is fitted.
  unsigned log_margin = 5;
  /// log2 of q_0 / scale at raising for 2^15 slots; see message_ratio.
  unsigned log_message_ratio = 1;
  bool operator==(const BootstrapLiteral&) const = default;
};

/// Levels at which the stages take their operand; each leaves it at the next one's.
struct BootstrapLayout {
  std::size_t coeffs_to_slots;  ///< the highest
  std::size_t eval_mod;
  std::size_t slots_to_coeffs;
  std::size_t output;
};

/// Immutable and valid: the main parameters (128 bits), the encapsulation's, and a layout in which
/// every stage has exactly the levels it consumes.
class BootstrapParameters {
 public:
  /// Errors: kInvalidArgument names the field and its value; kInsecureParameters as
  /// rlwe::Parameters, or if log_n is not 16: there is no estimate for the sparse secret elsewhere.
  static base::Result<BootstrapParameters> make(const BootstrapLiteral& literal);

  [[nodiscard]] const BootstrapLiteral& literal() const noexcept { return literal_; }
  [[nodiscard]] const rlwe::Parameters& main() const noexcept { return main_; }
  /// q_0 and one special prime: where the sparse secret may appear.
  [[nodiscard]] const rlwe::Parameters& tiny() const noexcept { return tiny_; }
  [[nodiscard]] const BootstrapLayout& layout() const noexcept { return layout_; }

  /// q_0 / scale to which messages of magnitude 1 are brought at raising: larger for fewer slots,
  /// because fewer random signs average the coefficients. 2^(log_message_ratio + ceil((15 -
  /// log_slots) / 2)), at most 2^8.
  [[nodiscard]] double message_ratio(unsigned log_slots) const noexcept;

 private:
  friend class ::blindfit::testing::InsecureParameters;
  BootstrapParameters(const BootstrapLiteral& literal, rlwe::Parameters main,
                      rlwe::Parameters tiny);

  BootstrapLiteral literal_;
  rlwe::Parameters main_;
  rlwe::Parameters tiny_;
  BootstrapLayout layout_;
};

/// The literals of the two ring-LWE instances. Throws Error{kInvalidArgument} as make, for what
/// concerns bootstrapping alone.
struct InstanceLiterals {
  rlwe::ParametersLiteral main;
  rlwe::ParametersLiteral tiny;
};
InstanceLiterals instance_literals(const BootstrapLiteral& literal);

/// Ten usable levels of 40 bits, log2(QP) = 1670, three digits.
BootstrapLiteral set_a();
/// Fourteen usable levels of 36 bits, log2(QP) = 1696, four digits.
BootstrapLiteral set_t14();
/// Sixteen usable levels of 36 bits, log2(QP) = 1734, five digits.
BootstrapLiteral set_t16();

/// A set by the name that files and flags give it.
struct NamedSet {
  std::string_view name;
  BootstrapLiteral literal;
};
/// A, T14 and T16, fewest usable levels first.
const std::vector<NamedSet>& named_sets();
/// The set of a name; none for any other name.
std::optional<BootstrapLiteral> find_set(std::string_view name);
/// The name of a set; none for any other literal.
std::optional<std::string_view> name_of(const BootstrapLiteral& literal);

}  // namespace blindfit::bootstrap
