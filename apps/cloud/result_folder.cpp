// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/result_folder.h"

#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "apps/program/console.h"
#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "apps/program/machine.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/json_fields.h"
#include "blindfit/wire/json_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::cloud {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;
using program::value_or_throw;
using wire::RoleKind;
namespace fs = std::filesystem;
namespace result = program::result;

constexpr const char* kFormat = "blindfit training";

}  // namespace

ResultFolder::ResultFolder(fs::path path, const Job& job, bool resume)
    : path_(std::move(path)), folder_(path_), job_(job) {
  if (resume) {
    const std::optional<json> record = read_record();
    if (record && record->value("job", json()) != json(job_.digest)) {
      throw Error(ErrorCode::kForeign,
                  fmt::format("'{}' holds the result of another job: {}; choose another --out",
                              path_.string(), record->value("job", json()).dump().substr(0, 18)));
    }
  } else if (!fs::is_empty(path_)) {
    throw Error(ErrorCode::kIo, fmt::format("'{}' is not empty and nothing is overwritten; go on "
                                            "with --resume or choose another --out",
                                            path_.string()));
  }
}

std::optional<json> ResultFolder::read_record() const {
  const fs::path path = path_ / result::kTraining;
  if (!fs::exists(path)) {
    return std::nullopt;
  }
  json record =
      value_or_throw(wire::load_file(path, wire::Limits{}, [](std::span<const std::uint8_t> bytes) {
        return wire::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      }));
  if (!record.is_object() || record.value("format", json()) != json(kFormat)) {
    throw Error(ErrorCode::kForeign,
                fmt::format("{}: must say \"format\": \"{}\"; choose another --out", path.string(),
                            kFormat));
  }
  return record;
}

TrainingRecord ResultFolder::load_latest(State& state) const {
  TrainingRecord record;
  const std::optional<json> document = read_record();
  if (!document) {
    return record;
  }
  const wire::JsonFields fields(
      *document, result::kTraining,
      {"format", "job", "iterations", "iterations_done", "complete", "iteration_seconds",
       "load_seconds", "setup_seconds", "peak_anonymous_mib", "key_switches", "kernels", "threads",
       "cpu"});
  record.iteration_seconds = fields.numbers("iteration_seconds");
  if (record.finished() > job_.plan.spec.iterations()) {
    fields.fail("iteration_seconds", "at most one number per iteration of the plan");
  }
  while (record.finished() > 0) {
    const std::size_t t = record.finished();
    try {
      state = load_state(t);
      break;
    } catch (const Error& error) {
      const bool oldest = t == 1 || !fs::exists(path_of(state_kind(), t - 1));
      if (oldest) {
        throw;
      }
      fmt::print(stderr, "blindfit-cloud: warning: {}; going on after iteration {}\n", error.what(),
                 t - 1);
      record.iteration_seconds.pop_back();
    }
  }
  return record;
}

State ResultFolder::load_state(std::size_t iteration) const {
  State state;
  if (job_.plan.spec.refresh) {
    state.both = load(RoleKind::kState, iteration);
    return state;
  }
  for (std::size_t t = 1; t <= iteration; ++t) {
    (void)load(RoleKind::kWeights, t);  // refuses a result whose weights are gone or damaged
  }
  if (iteration < job_.plan.spec.iterations()) {
    state.v = load(RoleKind::kCheckpointV, iteration);
    state.w = load(RoleKind::kCheckpointW, iteration);
  } else {
    state.w = load(RoleKind::kWeights, iteration);
  }
  return state;
}

State ResultFolder::load_weights(std::size_t iteration) const {
  State state;
  if (job_.plan.spec.refresh) {
    state.both = load(RoleKind::kState, iteration);
  } else {
    state.w = load(RoleKind::kWeights, iteration);
  }
  return state;
}

RoleKind ResultFolder::state_kind() const {
  return job_.plan.spec.refresh ? RoleKind::kState : RoleKind::kCheckpointV;
}

wire::Role ResultFolder::role(RoleKind kind, std::size_t iteration) const {
  return {kind, static_cast<std::uint32_t>(iteration), job_.plan_id};
}

fs::path ResultFolder::path_of(RoleKind kind, std::size_t iteration) const {
  return path_ / program::ciphertext_file(role(kind, iteration));
}

ckks::Ciphertext ResultFolder::load(RoleKind kind, std::size_t iteration) const {
  const wire::CiphertextTag tag(job_.key_set, role(kind, iteration));
  return value_or_throw(wire::load_file(
      path_of(kind, iteration), wire::Limits{}, [&](std::span<const std::uint8_t> bytes) {
        return wire::load_ciphertext(bytes, job_.context->parameters(), tag);
      }));
}

void ResultFolder::save(RoleKind kind, std::size_t iteration, const ckks::Ciphertext& ct) const {
  const wire::CiphertextTag tag(job_.key_set, role(kind, iteration));
  program::throw_on_error(base::write_file(
      path_of(kind, iteration), wire::save_ciphertext(job_.context->parameters(), tag, ct)));
}

void ResultFolder::save_iteration(const State& state, const TrainingRecord& record) const {
  const std::size_t t = record.finished();
  try {
    save_files(state, record);
  } catch (...) {
    if (!fs::exists(path_ / result::kTraining)) {
      remove({RoleKind::kWeights, RoleKind::kCheckpointV, RoleKind::kCheckpointW, RoleKind::kState},
             t);
    }
    throw;
  }
  const std::size_t kept = t < job_.plan.spec.iterations() ? 2 : 0;
  for (std::size_t old = 1; old + kept <= t; ++old) {  // also what a kill left
    remove({RoleKind::kCheckpointV, RoleKind::kCheckpointW}, old);
  }
}

void ResultFolder::remove(std::initializer_list<RoleKind> kinds, std::size_t iteration) const {
  for (const RoleKind kind : kinds) {
    std::error_code ignored;  // A file too many does no harm.
    fs::remove(path_of(kind, iteration), ignored);
  }
}

void ResultFolder::save_files(const State& state, const TrainingRecord& record) const {
  const std::size_t t = record.finished();
  if (state.both) {
    save(RoleKind::kState, t, *state.both);
    save_record(record);
    return;
  }
  ckks::Ciphertext weights = *state.w;
  ckks::drop_level(weights, learn::weights_level(job_.plan.spec));
  save(RoleKind::kWeights, t, weights);
  if (t < job_.plan.spec.iterations()) {
    save(RoleKind::kCheckpointV, t, *state.v);
    save(RoleKind::kCheckpointW, t, *state.w);
  }
  save_record(record);
}

void ResultFolder::save_record(const TrainingRecord& record) const {
  const std::size_t iterations = job_.plan.spec.iterations();
  program::write_json_file(path_ / result::kTraining,
                           {{"format", kFormat},
                            {"job", job_.digest},
                            {"iterations", iterations},
                            {"iterations_done", record.finished()},
                            {"complete", record.finished() == iterations},
                            {"iteration_seconds", record.iteration_seconds},
                            {"load_seconds", record.load_seconds},
                            {"setup_seconds", record.setup_seconds},
                            {"peak_anonymous_mib", record.peak_anonymous_mib},
                            {"key_switches", job_.plan.costs.key_switches},
                            {"kernels", program::kernels_name()},
                            {"threads", record.threads},
                            {"cpu", program::cpu_name()}});
}

}  // namespace blindfit::cloud
