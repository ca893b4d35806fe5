// SPDX-License-Identifier: Apache-2.0
#include "apps/cloud/result_folder.h"

#include <fmt/core.h>

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
  for (std::size_t t = 1; t <= record.finished(); ++t) {
    (void)load(result::weights_file(t));  // refuses a result whose weights are gone or damaged
  }
  if (record.finished() > 0 && record.finished() < job_.plan.spec.iterations()) {
    state.v = load(result::checkpoint_v_file(record.finished()));
    state.w = load(result::checkpoint_w_file(record.finished()));
  }
  return record;
}

ckks::Ciphertext ResultFolder::load(const std::string& name) const {
  return value_or_throw(
      wire::load_file(path_ / name, wire::Limits{}, [this](std::span<const std::uint8_t> bytes) {
        return wire::load_ciphertext(bytes, job_.context->parameters(), job_.key_set);
      }));
}

void ResultFolder::save(const std::string& name, const ckks::Ciphertext& ct) const {
  program::throw_on_error(base::write_file(
      path_ / name, wire::save_ciphertext(job_.context->parameters(), job_.key_set, ct)));
}

void ResultFolder::save_iteration(const State& state, const TrainingRecord& record) const {
  const std::size_t t = record.finished();
  try {
    save_files(state, record);
  } catch (...) {
    if (!fs::exists(path_ / result::kTraining)) {
      remove({result::weights_file(t), result::checkpoint_v_file(t), result::checkpoint_w_file(t)});
    }
    throw;
  }
  remove({result::checkpoint_v_file(t - 1), result::checkpoint_w_file(t - 1)});
}

void ResultFolder::remove(std::initializer_list<std::string> names) const {
  for (const std::string& name : names) {
    std::error_code ignored;  // A file too many does no harm.
    fs::remove(path_ / name, ignored);
  }
}

void ResultFolder::save_files(const State& state, const TrainingRecord& record) const {
  const std::size_t t = record.finished();
  ckks::Ciphertext weights = *state.w;
  ckks::drop_level(weights, 0);
  save(result::weights_file(t), weights);
  if (t < job_.plan.spec.iterations()) {
    save(result::checkpoint_v_file(t), *state.v);
    save(result::checkpoint_w_file(t), *state.w);
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
