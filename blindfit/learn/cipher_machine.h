// SPDX-License-Identifier: Apache-2.0
// The cloud's machine: runs the training circuit on ciphertexts.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "blindfit/base/thread_pool.h"
#include "blindfit/circuits/refresher.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/learn/training_circuit.h"

namespace blindfit::learn {

/// Holds references only; all of them must outlive it. Counts key switches as progress and stops
/// between operations when asked to.
class CipherMachine {
 public:
  using Value = ckks::Ciphertext;
  struct Sum {
    ckks::Ciphertext ct;  ///< no parts while empty
  };

  /// What refreshes weights and softmaxes, and the key switches that one refresh counts for.
  struct Refreshing {
    const circuits::Refresher* refresher = nullptr;
    std::size_t key_switches = 0;
  };

  /// `refreshing` is needed where the spec has refreshes.
  CipherMachine(const ckks::Encoder& encoder, const rlwe::EvaluationKeys& keys,
                const TrainingSpec& spec, base::ThreadPool& pool, Refreshing refreshing)
      : CipherMachine(encoder, keys, spec, pool) {
    refreshing_ = refreshing;
  }
  CipherMachine(const ckks::Encoder& encoder, const rlwe::EvaluationKeys& keys,
                const TrainingSpec& spec, base::ThreadPool& pool)
      : encoder_(encoder),
        context_(encoder.context()),
        keys_(keys),
        activation_(spec.activation.odd),
        spec_(spec),
        signs_(slot_signs(spec)),
        pool_(pool) {}

  [[nodiscard]] std::size_t level(const Value& v) const { return v.level(); }
  [[nodiscard]] double scale(const Value& v) const { return v.scale.value; }
  [[nodiscard]] double modulus(std::size_t level) const {
    return static_cast<double>(context_.q(level));
  }

  [[nodiscard]] Value drop(const Value& v, std::size_t level) const;
  [[nodiscard]] Value add(const Value& a, const Value& b) const;
  [[nodiscard]] Value subtract(const Value& a, const Value& b) const;
  [[nodiscard]] Value times_i(const Value& v) const;
  Value conjugate(const Value& v);
  [[nodiscard]] Value halve(const Value& v) const;
  Value refresh(const Value& v, double unit);
  void add_product(Sum& sum, const Value& a, const Value& b) const;
  void add_multiple(Sum& sum, const Value& v, double c, double scale) const;
  void add_masked(Sum& sum, const Value& v, const BundleMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, const LabelMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, const PartMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, const BlockMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, const PlainMask& mask, double scale) const;
  void add_masked(Sum& sum, const Value& v, SignMask, double scale) const;
  void add_sum(Sum& sum, Sum other) const;
  void times_minus_i(Sum& sum) const;
  Value finish(Sum sum);
  Value fold(const Value& v, const std::vector<matrix::FoldStage>& stages);
  Value rotate(const Value& v, ckks::Steps steps);
  Value polynomial(const Value& v, const circuits::PolynomialPlan& plan);
  void activate(Sum& sum, const Value& v);
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& task);

  /// Key switches done so far; safe to read from any thread.
  [[nodiscard]] std::size_t key_switches() const noexcept {
    return key_switches_.load(std::memory_order_relaxed);
  }
  /// Makes the running circuit throw Error{kCancelled} at its next key switch. Safe from any thread
  /// or signal handler.
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }

 private:
  void tick(std::size_t key_switches);

  const ckks::Encoder& encoder_;
  const rlwe::Context& context_;
  const rlwe::EvaluationKeys& keys_;
  circuits::PolynomialPlan activation_;
  const TrainingSpec& spec_;
  std::vector<double> signs_;
  base::ThreadPool& pool_;
  Refreshing refreshing_;
  std::atomic<std::size_t> key_switches_{0};
  std::atomic<bool> cancelled_{false};
};

}  // namespace blindfit::learn
