// SPDX-License-Identifier: Apache-2.0
// Evaluation keys from the owner's secret key to their files.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "blindfit/bootstrap/parameters.h"
#include "blindfit/learn/key_requirements.h"
#include "blindfit/rlwe/context.h"
#include "blindfit/wire/owner_secret_key_file.h"

namespace blindfit::journey {

/// Makes evaluation keys and writes each to its file.
class KeyMaker {
 public:
  /// Into `folder`, which must exist. Context and owner must outlive the maker.
  KeyMaker(const rlwe::Context& context, const wire::OwnerSecretKey& owner,
           std::filesystem::path folder);

  /// One task a file or two, independent of each other, the longest first; the maker must outlive
  /// them. `set` is that of the refreshes, for the encapsulation. Tasks throw Error{kIo}.
  [[nodiscard]] std::vector<std::function<void()>> tasks(
      const learn::KeyRequirements& keys,
      const std::optional<bootstrap::BootstrapLiteral>& set) const;

 private:
  void write(const std::string& name, const std::vector<std::uint8_t>& bytes) const;
  void make_encapsulation_keys(const bootstrap::BootstrapLiteral& set) const;
  void make_relinearization_key(std::size_t level) const;
  void make_galois_key(ring::GaloisElement element, std::size_t level) const;

  const rlwe::Context& context_;
  const wire::OwnerSecretKey& owner_;
  std::filesystem::path folder_;
};

}  // namespace blindfit::journey
