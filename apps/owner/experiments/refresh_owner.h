// SPDX-License-Identifier: Apache-2.0
// The owner's side of a refresh job: secret, upload folder, decryption of what comes back.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "blindfit/base/thread_pool.h"
#include "blindfit/bootstrap/parameters.h"
#include "blindfit/ckks/encoder.h"
#include "blindfit/wire/owner_secret_key_file.h"
#include "blindfit/wire/refresh_file.h"

namespace blindfit::experiments {

/// Holds a secret of its own, which ends with it.
class RefreshOwner {
 public:
  /// Throws what parameters that cannot be made return.
  explicit RefreshOwner(const wire::RefreshJob& job);

  [[nodiscard]] const bootstrap::BootstrapParameters& parameters() const noexcept {
    return parameters_;
  }
  [[nodiscard]] std::size_t slots() const noexcept { return std::size_t{1} << job_.log_slots; }
  [[nodiscard]] std::size_t all_slots() const noexcept { return encoder_.slots(); }

  /// Every evaluation key that the set and the packing call for. Throws Error{kIo}.
  void write_keys(const std::filesystem::path& upload, base::ThreadPool& pool) const;
  /// The job and its inputs; `messages`, as many as the job says, repeat after slots(). Throws
  /// Error{kIo}.
  void write_inputs(const std::filesystem::path& upload,
                    const std::vector<ckks::Slots>& messages) const;

  /// What a file of the result holds. Throws Error{kIo} or what the reader returns, with the path.
  [[nodiscard]] ckks::Slots decrypt(const std::filesystem::path& result, wire::RoleKind kind,
                                    std::size_t index) const;
  [[nodiscard]] bool has(const std::filesystem::path& result, wire::RoleKind kind,
                         std::size_t index) const;

 private:
  [[nodiscard]] wire::Role role(wire::RoleKind kind, std::size_t index) const;

  wire::RefreshJob job_;
  bootstrap::BootstrapParameters parameters_;
  std::shared_ptr<const rlwe::Context> main_;
  ckks::Encoder encoder_;
  wire::OwnerSecretKey key_;
};

}  // namespace blindfit::experiments
