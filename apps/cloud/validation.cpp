// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/validation.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "apps/program/interrupt.h"
#include "apps/program/job_files.h"
#include "blindfit/wire/answer_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::cloud {

using base::Error;
using base::ErrorCode;
namespace fs = std::filesystem;

void check_validation(const wire::Query& query, const learn::TrainingSpec& spec) {
  if (query.iterations.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "a validation part must list iterations; make it with `blindfit query --after`");
  }
  if (query.iterations.back() > spec.iterations()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the query lists iteration {}, and the plan has {}",
                            query.iterations.back(), spec.iterations()));
  }
  if (!spec.inference) {
    throw Error(ErrorCode::kInvalidArgument,
                "the plan must keep levels and keys for encrypted rows; make plan, keys and upload "
                "with `blindfit plan --inference`");
  }
}

Validation::Validation(const KeyedPlan& plan, const QueryUpload& query, fs::path folder)
    : plan_(plan), query_(query), folder_(std::move(folder)) {}

std::optional<std::size_t> Validation::position_of(std::size_t t) const {
  const auto& listed = query_.query.iterations;
  const auto found = std::find(listed.begin(), listed.end(), t);
  return found == listed.end() ? std::nullopt
                               : std::optional(static_cast<std::size_t>(found - listed.begin()));
}

bool Validation::wants(std::size_t t) const {
  const auto position = position_of(t);
  return position && !has_logits(folder_, query_, *position);
}

void Validation::save(std::size_t t, std::span<const ckks::Ciphertext> logits) const {
  save_logits(folder_, plan_, query_, position_of(t).value(), logits);
}

fs::path Validation::answer_path(std::size_t t) const {
  return folder_ / program::result::answer_file(t);
}

bool Validation::says_stop(std::size_t t) const {
  const fs::path path = answer_path(t);
  if (!fs::exists(path)) {
    return false;
  }
  const auto answer =
      wire::load_file(path, wire::Limits{}, [](std::span<const std::uint8_t> bytes) {
        return wire::load_answer({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      });
  if (!answer) {
    fmt::print(stderr, "blindfit-cloud: warning: {}; it counts as none\n", answer.error().what());
    return false;
  }
  if (answer->query != query_.id || answer->iteration != t) {
    fmt::print(stderr,
               "blindfit-cloud: warning: {}: it answers another query or iteration and counts as "
               "none\n",
               path.string());
    return false;
  }
  return !answer->go_on;
}

std::optional<std::size_t> Validation::stopped(std::size_t t) const {
  for (const std::size_t listed : query_.query.iterations) {
    if (listed <= t && says_stop(listed)) {
      return listed;
    }
  }
  return std::nullopt;
}

void Validation::wait(std::size_t t, double seconds) const {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end && !fs::exists(answer_path(t)) && !program::interrupted()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace blindfit::cloud
