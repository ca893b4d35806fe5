// SPDX-License-Identifier: Apache-2.0
// Early stopping: logits of an encrypted validation part after the iterations that its query lists,
// and the owner's answers, one bit each (docs/notes/0015-encrypted-inference.md).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "apps/cloud/logit_files.h"
#include "blindfit/wire/answer_file.h"

namespace blindfit::cloud {

/// Refuses a query that no training run under this plan can validate with. Throws
/// Error{kInvalidArgument} that names the remedy.
void check_validation(const wire::Query& query, const learn::TrainingSpec& spec);

class Validation {
 public:
  /// `plan` and `query` must outlive this. Logits go to `folder`, where answers are looked for.
  Validation(const KeyedPlan& plan, const QueryUpload& query, std::filesystem::path folder);

  [[nodiscard]] const QueryUpload& query() const noexcept { return query_; }
  /// The iterations up to t whose logits are asked for and not there yet.
  [[nodiscard]] std::vector<std::size_t> wanted(std::size_t t) const;
  /// Throws Error{kIo}.
  void save(std::size_t t, std::span<const ckks::Ciphertext> logits) const;

  /// The first iteration up to t to which the owner answered stop. A damaged or foreign answer
  /// counts as none, with a warning on stderr.
  [[nodiscard]] std::optional<std::size_t> stopped(std::size_t t) const;
  /// Returns when the owner's answer to iteration t is there, at once if none is asked for; after
  /// `seconds`; or when interrupted.
  void wait(std::size_t t, double seconds) const;

 private:
  [[nodiscard]] std::optional<std::size_t> position_of(std::size_t t) const;
  [[nodiscard]] std::filesystem::path answer_path(std::size_t t) const;
  [[nodiscard]] base::Result<wire::Answer> read_answer(std::size_t t) const;

  const KeyedPlan& plan_;
  const QueryUpload& query_;
  std::filesystem::path folder_;
};

}  // namespace blindfit::cloud
