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

/// One question that was looked at, and what was answered. Iterations and query are those of
/// wire::Answer.
struct LoggedAnswer {
  base::Digest query{};
  std::size_t iteration = 0;
  base::Digest logits{};      ///< LoadedLogits::digest: which ciphertexts were looked at
  std::string time;           ///< when, ISO 8601, UTC
  std::optional<bool> go_on;  ///< none: no answer left, as after a failed canary
  double accuracy = 0;        ///< of the validation part
  double loss = 0;            ///< a row
};

/// answers.json in the owner's folder. One process at a time has it open. Every change is on the
/// disk when the call returns.
class AnswerLog {
 public:
  /// Throws Error{kIo} if another process has it open; what the reader returns, with the path.
  explicit AnswerLog(const std::filesystem::path& owner_folder);
  ~AnswerLog();
  AnswerLog(const AnswerLog&) = delete;
  AnswerLog& operator=(const AnswerLog&) = delete;

  [[nodiscard]] std::span<const LoggedAnswer> answers() const noexcept { return answers_; }
  /// The entry of this question. Throws Error{kForeign} if it is about other ciphertexts than
  /// `logits`: a question is looked at once.
  [[nodiscard]] std::optional<LoggedAnswer> find(const base::Digest& query, std::size_t iteration,
                                                 const base::Digest& logits) const;
  /// Records what is about to be decrypted: whether an answer comes may depend on it. `question`
  /// has no answer yet. Throws Error{kInvalidArgument} for an iteration that `query` does not list
  /// or that was looked at, and after kMaxAnsweredIterations questions under these keys;
  /// Error{kIo}.
  void ask(const wire::Query& query, const LoggedAnswer& question);
  /// Records the answer that is about to leave. Throws Error{kInvalidArgument} unless it was asked
  /// and not answered; Error{kIo}.
  void answer(const LoggedAnswer& answer);

 private:
  void save() const;

  std::filesystem::path path_;
  int lock_ = -1;
  std::vector<LoggedAnswer> answers_;
};

/// Whether to go on after accuracies of the answered iterations, in their order: not once the best
/// of them (the first of equals) lies `patience` answers back.
bool keeps_improving(std::span<const double> accuracies, std::size_t patience);

/// Where the best of them is, the first of equals. Needs one at least.
std::size_t best_of(std::span<const double> accuracies);

}  // namespace blindfit::journey
