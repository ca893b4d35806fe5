// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/answer_log.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "apps/owner/journey/owner_folder.h"
#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/plan_file.h"
#include "blindfit/wire/read_document.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;
using program::value_or_throw;

constexpr wire::DocumentKind kKind{"blindfit answers", 1};

json to_json(const LoggedAnswer& answer) {
  return {{"query", wire::hexadecimal(answer.query)},
          {"iteration", answer.iteration},
          {"logits", wire::hexadecimal(answer.logits)},
          {"go_on", answer.go_on ? json(*answer.go_on) : json()},
          {"accuracy", answer.accuracy},
          {"loss", answer.loss},
          {"time", answer.time}};
}

LoggedAnswer from_json(const json& object) {
  const wire::JsonFields fields(
      object, "answers", {"query", "iteration", "logits", "go_on", "accuracy", "loss", "time"});
  LoggedAnswer answer;
  answer.query = fields.seed("query");
  answer.iteration = fields.unsigned_integer("iteration", wire::kMaxIterations);
  answer.logits = fields.seed("logits");
  answer.time = fields.text("time");
  if (!fields.at("go_on").is_null()) {
    answer.go_on = fields.boolean("go_on");
  }
  answer.accuracy = fields.number("accuracy");
  answer.loss = fields.number("loss");
  return answer;
}

std::vector<LoggedAnswer> answers_from_json(const json& document) {
  const wire::JsonFields fields(document, "log", {"format", "version", "checksum", "answers"});
  if (!fields.at("answers").is_array()) {
    fields.fail("answers", "an array");
  }
  std::vector<LoggedAnswer> answers;
  for (const json& entry : fields.at("answers")) {
    answers.push_back(from_json(entry));
  }
  return answers;
}

base::Result<std::vector<LoggedAnswer>> parse(std::span<const std::uint8_t> bytes) {
  return wire::read_document(kKind, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, {},
                             answers_from_json);
}

std::vector<LoggedAnswer>::const_iterator find_question(const std::vector<LoggedAnswer>& answers,
                                                        const base::Digest& query,
                                                        std::size_t iteration) {
  return std::find_if(answers.begin(), answers.end(), [&](const LoggedAnswer& a) {
    return a.query == query && a.iteration == iteration;
  });
}

bool is_listed(const wire::Query& query, std::size_t iteration) {
  return std::binary_search(query.iterations.begin(), query.iterations.end(), iteration);
}

}  // namespace

AnswerLog::AnswerLog(const std::filesystem::path& owner_folder)
    : path_(owner_folder / owner_files::kAnswers),
      lock_(::open(owner_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    if (lock_ >= 0) {
      ::close(lock_);
    }
    throw Error(
        ErrorCode::kIo,
        reason == EWOULDBLOCK
            ? fmt::format("another `blindfit watch` is at work with the keys in '{}'; let "
                          "it end first",
                          owner_folder.string())
            : fmt::format("cannot lock '{}': {}", owner_folder.string(), std::strerror(reason)));
  }
  try {
    if (std::filesystem::exists(path_)) {
      answers_ = value_or_throw(wire::load_file(path_, wire::Limits{}, parse));
    }
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

AnswerLog::~AnswerLog() {
  ::close(lock_);
}

std::optional<LoggedAnswer> AnswerLog::find(const base::Digest& query, std::size_t iteration,
                                            const base::Digest& logits) const {
  const auto found = find_question(answers_, query, iteration);
  if (found == answers_.end()) {
    return std::nullopt;
  }
  if (found->logits != logits) {
    throw Error(ErrorCode::kForeign,
                fmt::format("other ciphertexts of iteration {} were looked at already, and a "
                            "question is looked at once; these are not decrypted",
                            iteration));
  }
  return *found;
}

void AnswerLog::ask(const wire::Query& query, const LoggedAnswer& question) {
  if (find_question(answers_, question.query, question.iteration) != answers_.end() ||
      !is_listed(query, question.iteration)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("a question is looked at once, for an iteration that the query lists: "
                            "{}",
                            question.iteration));
  }
  if (answers_.size() >= wire::kMaxAnsweredIterations) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("at most {} questions are looked at under one key, and all have been; "
                            "train on without `watch`, or make new keys",
                            wire::kMaxAnsweredIterations));
  }
  answers_.push_back(question);
  save();
}

void AnswerLog::answer(const LoggedAnswer& answer) {
  const auto found = find_question(answers_, answer.query, answer.iteration);
  if (found == answers_.end() || found->go_on || !answer.go_on || found->logits != answer.logits) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("an answer is given once, to what was looked at: iteration {}",
                            answer.iteration));
  }
  answers_[static_cast<std::size_t>(found - answers_.begin())] = answer;
  save();
}

void AnswerLog::save() const {
  json list = json::array();
  for (const LoggedAnswer& entry : answers_) {
    list.push_back(to_json(entry));
  }
  const std::string text = wire::save_document(kKind, {{"answers", list}});
  program::throw_on_error(
      base::write_file(path_, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                       base::FileAccess::kOwnerOnly));
}

bool keeps_improving(std::span<const double> accuracies, std::size_t patience) {
  return accuracies.empty() || accuracies.size() - 1 - best_of(accuracies) < patience;
}

std::size_t best_of(std::span<const double> accuracies) {
  return static_cast<std::size_t>(std::max_element(accuracies.begin(), accuracies.end()) -
                                  accuracies.begin());
}

}  // namespace blindfit::journey
