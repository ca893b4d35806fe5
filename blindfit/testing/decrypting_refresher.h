// SPDX-License-Identifier: Apache-2.0
// Stands in for bootstrapping where a test wants levels back in no time.
#pragma once

#include <atomic>

#include "blindfit/circuits/refresher.h"
#include "blindfit/testing/engine.h"

namespace blindfit::testing {

/// Decrypts, checks the range and encrypts again. Counts its calls. Keeps a reference to the
/// engine.
class DecryptingRefresher final : public circuits::Refresher {
 public:
  DecryptingRefresher(const Engine& engine, const circuits::RefreshContract& contract)
      : engine_(engine), contract_(contract) {}

  [[nodiscard]] const circuits::RefreshContract& contract() const noexcept override {
    return contract_;
  }
  /// As Refresher, and Error{kInvalidArgument} with the value if a slot exceeds max_magnitude or
  /// slots do not repeat (up to 2^-10): what bootstrapping would silently get wrong.
  [[nodiscard]] ckks::Ciphertext refresh(const ckks::Ciphertext& ct) const override;

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  const Engine& engine_;
  circuits::RefreshContract contract_;
  mutable std::atomic<std::size_t> count_ = 0;
};

}  // namespace blindfit::testing
