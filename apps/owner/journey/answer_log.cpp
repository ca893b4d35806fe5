// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/answer_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/owner/journey/owner_folder.h"
#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"
#include "blindfit/wire/checked_json.h"
#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/plan_file.h"

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
          {"go_on", answer.go_on},
          {"accuracy", answer.accuracy},
          {"loss", answer.loss},
          {"time", answer.time}};
}

LoggedAnswer from_json(const json& object) {
  const wire::JsonFields fields(
      object, "answers", {"query", "iteration", "logits", "go_on", "accuracy", "loss", "time"});
  return {fields.seed("query"),      fields.unsigned_integer("iteration", wire::kMaxIterations),
          fields.seed("logits"),     fields.boolean("go_on"),
          fields.number("accuracy"), fields.number("loss"),
          fields.text("time")};
}

base::Result<std::vector<LoggedAnswer>> parse(std::span<const std::uint8_t> bytes) {
  const auto document =
      wire::load_document(kKind, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!document) {
    return document.error();
  }
  try {
    const wire::JsonFields fields(*document, "log", {"format", "version", "checksum", "answers"});
    std::vector<LoggedAnswer> answers;
    if (!fields.at("answers").is_array()) {
      fields.fail("answers", "an array");
    }
    for (const json& entry : fields.at("answers")) {
      answers.push_back(from_json(entry));
    }
    return answers;
  } catch (const Error& error) {
    return error;
  }
}

bool is_listed(const wire::Query& query, std::size_t iteration) {
  return std::binary_search(query.iterations.begin(), query.iterations.end(), iteration);
}

}  // namespace

AnswerLog::AnswerLog(const std::filesystem::path& owner_folder)
    : path_(owner_folder / owner_files::kAnswers) {
  if (std::filesystem::exists(path_)) {
    answers_ = value_or_throw(wire::load_file(path_, wire::Limits{}, parse));
  }
}

std::optional<LoggedAnswer> AnswerLog::find(const base::Digest& query, std::size_t iteration,
                                            const base::Digest& logits) const {
  const auto found = std::find_if(answers_.begin(), answers_.end(), [&](const LoggedAnswer& a) {
    return a.query == query && a.iteration == iteration;
  });
  if (found == answers_.end()) {
    return std::nullopt;
  }
  if (found->logits != logits) {
    throw Error(ErrorCode::kForeign,
                fmt::format("iteration {} was answered for other ciphertexts, and a question is "
                            "answered once; these are not looked at again",
                            iteration));
  }
  return *found;
}

void AnswerLog::add(const wire::Query& query, LoggedAnswer answer) {
  const bool answered = std::any_of(answers_.begin(), answers_.end(), [&](const LoggedAnswer& a) {
    return a.query == answer.query && a.iteration == answer.iteration;
  });
  if (answered || !is_listed(query, answer.iteration)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("an answer is given once, to an iteration that the query lists: {}",
                            answer.iteration));
  }
  if (answers_.size() >= wire::kMaxAnsweredIterations) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("at most {} answers leave the owner under one key, and all have been "
                            "given; train on without `watch`, or make new keys",
                            wire::kMaxAnsweredIterations));
  }
  answers_.push_back(std::move(answer));
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
