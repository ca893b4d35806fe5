// SPDX-License-Identifier: Apache-2.0
// Both sides of bootstrapping in one object, for tests only.
#pragma once

#include <memory>

#include "blindfit/bootstrap/parameters.h"
#include "blindfit/rlwe/encapsulation.h"
#include "blindfit/testing/engine.h"

namespace blindfit::testing {

/// A small chain that bootstraps: three usable levels of 40 bits, otherwise as bootstrap::set_a.
/// Nothing about it is secure.
bootstrap::BootstrapLiteral small_bootstrap_set(unsigned log_n);

/// An engine over the main parameters, with the encapsulation's context and keys. Not copyable.
class BootstrapEngine {
 public:
  explicit BootstrapEngine(const bootstrap::BootstrapLiteral& literal);

  [[nodiscard]] const bootstrap::BootstrapParameters& parameters() const noexcept {
    return parameters_;
  }
  [[nodiscard]] Engine& engine() noexcept { return engine_; }
  [[nodiscard]] const Engine& engine() const noexcept { return engine_; }
  [[nodiscard]] const rlwe::Context& main() const noexcept { return engine_.context(); }
  [[nodiscard]] const rlwe::Context& tiny() const noexcept { return *tiny_; }
  [[nodiscard]] const rlwe::EncapsulationKeys& encapsulation() const noexcept {
    return encapsulation_;
  }

 private:
  bootstrap::BootstrapParameters parameters_;
  Engine engine_;
  std::shared_ptr<const rlwe::Context> tiny_;
  rlwe::EncapsulationKeys encapsulation_;
};

}  // namespace blindfit::testing
