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

std::vector<std::size_t> Validation::wanted(std::size_t t) const {
  const auto& listed = query_.query.iterations;
  std::vector<std::size_t> missing;
  for (std::size_t position = 0; position < listed.size() && listed[position] <= t; ++position) {
    if (!has_logits(folder_, query_, position)) {
      missing.push_back(listed[position]);
    }
  }
  return missing;
}

void Validation::save(std::size_t t, std::span<const ckks::Ciphertext> logits) const {
  save_logits(folder_, plan_, query_, position_of(t).value(), logits);
}

fs::path Validation::answer_path(std::size_t t) const {
  return folder_ / program::result::answer_file(t);
}

base::Result<wire::Answer> Validation::read_answer(std::size_t t) const {
  auto answer =
      wire::load_file(answer_path(t), wire::Limits{}, [](std::span<const std::uint8_t> bytes) {
        return wire::load_answer({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      });
  if (answer && (answer->query != query_.id || answer->iteration != t)) {
    return Error(ErrorCode::kForeign,
                 answer_path(t).string() + ": it answers another query or iteration");
  }
  return answer;
}

std::optional<std::size_t> Validation::stopped(std::size_t t) const {
  for (const std::size_t listed : query_.query.iterations) {
    if (listed > t || !fs::exists(answer_path(listed))) {
      continue;
    }
    const auto answer = read_answer(listed);
    if (!answer) {
      fmt::print(stderr, "blindfit-cloud: warning: {}; it counts as none\n", answer.error().what());
    } else if (!answer->go_on) {
      return listed;
    }
  }
  return std::nullopt;
}

void Validation::wait(std::size_t t, double seconds) const {
  using Clock = std::chrono::steady_clock;
  if (!position_of(t)) {
    return;
  }
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end && !read_answer(t) && !program::interrupted()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace blindfit::cloud
