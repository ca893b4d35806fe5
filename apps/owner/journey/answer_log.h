// SPDX-License-Identifier: Apache-2.0
// What the owner has told the cloud about a validation part: every bit, for good. It is the only
// thing about decrypted values that leaves the owner, so it is counted (SECURITY.md).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blindfit/wire/query_file.h"

namespace blindfit::journey {

/// One answer. Iterations and query are those of wire::Answer.
struct LoggedAnswer {
  base::Digest query{};
  std::size_t iteration = 0;
  base::Digest logits{};  ///< DecryptedLogits::digest: to which ciphertexts it was given
  bool go_on = true;
  double accuracy = 0;  ///< of the validation part
  double loss = 0;      ///< a row
  std::string time;     ///< ISO 8601, UTC
};

/// answers.json in the owner's folder.
class AnswerLog {
 public:
  /// Throws Error{kIo} or what the reader returns, with the path.
  explicit AnswerLog(const std::filesystem::path& owner_folder);

  [[nodiscard]] std::span<const LoggedAnswer> answers() const noexcept { return answers_; }
  /// What was answered to this iteration. Throws Error{kForeign} if that was to other ciphertexts
  /// than `logits`: one question gets one answer.
  [[nodiscard]] std::optional<LoggedAnswer> find(const base::Digest& query, std::size_t iteration,
                                                 const base::Digest& logits) const;
  /// Records an answer that is about to leave; the log is on the disk when this returns. Throws
  /// Error{kInvalidArgument} for an iteration that `query` does not list or that was answered, and
  /// after kMaxAnsweredIterations answers under these keys; Error{kIo}.
  void add(const wire::Query& query, LoggedAnswer answer);

 private:
  std::filesystem::path path_;
  std::vector<LoggedAnswer> answers_;
};

/// Whether to go on after accuracies of the answered iterations, in their order: not once the best
/// of them (the first of equals) lies `patience` answers back.
bool keeps_improving(std::span<const double> accuracies, std::size_t patience);

/// Where the best of them is, the first of equals. Needs one at least.
std::size_t best_of(std::span<const double> accuracies);

}  // namespace blindfit::journey
