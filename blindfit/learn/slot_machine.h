// SPDX-License-Identifier: Apache-2.0
// The mirror with the same packing: runs the training circuit on plain slot vectors in double
// precision, so that an error in layout, mask or order shows without a ciphertext.
#pragma once

#include <complex>
#include <cstddef>
#include <functional>
#include <vector>

#include "blindfit/learn/training_circuit.h"

namespace blindfit::learn {

/// Levels and scales are not modelled (CountingMachine does): every level is 1000 and every
/// scale 1.
class SlotMachine {
 public:
  using Value = std::vector<std::complex<double>>;
  using Sum = Value;  ///< empty while nothing was added

  explicit SlotMachine(const TrainingSpec& spec) : spec_(spec), signs_(slot_signs(spec)) {}

  [[nodiscard]] static std::size_t level(const Value&) { return 1000; }
  [[nodiscard]] static double scale(const Value&) { return 1; }
  [[nodiscard]] static double modulus(std::size_t) { return 1; }
  [[nodiscard]] static Value drop(const Value& v, std::size_t) { return v; }
  [[nodiscard]] static Value add(const Value& a, const Value& b);
  [[nodiscard]] static Value subtract(const Value& a, const Value& b);
  [[nodiscard]] static Value times_i(const Value& v);
  [[nodiscard]] static Value conjugate(const Value& v);
  [[nodiscard]] static Value halve(const Value& v);
  [[nodiscard]] static Value refresh(const Value& v, double) { return v; }
  static void add_product(Sum& sum, const Value& a, const Value& b);
  static void add_multiple(Sum& sum, const Value& v, double c, double scale);
  void add_masked(Sum& sum, const Value& v, const BundleMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, const LabelMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, const PartMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, const BlockMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, const PlainMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, SignMask, double scale) const;
  static void add_sum(Sum& sum, const Sum& other);
  static void times_minus_i(Sum& sum);
  [[nodiscard]] static Value finish(Sum sum) { return sum; }
  [[nodiscard]] static Value fold(const Value& v, const std::vector<matrix::FoldStage>& stages);
  [[nodiscard]] static Value rotate(const Value& v, ckks::Steps steps);
  [[nodiscard]] static Value polynomial(const Value& v, const circuits::PolynomialPlan& plan);
  void activate(Sum& sum, const Value& v) const;
  static void parallel_for(std::size_t count, const std::function<void(std::size_t)>& task);

 private:
  const TrainingSpec& spec_;
  std::vector<double> signs_;
};

}  // namespace blindfit::learn
