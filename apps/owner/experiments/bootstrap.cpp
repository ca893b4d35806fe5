// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/bootstrap.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>
#include <random>

#include "apps/owner/experiments/refresh_owner.h"
#include "apps/owner/experiments/temporary_folder.h"
#include "apps/program/console.h"
#include "apps/program/job_files.h"
#include "apps/program/machine.h"
#include "apps/program/peak_memory.h"
#include "apps/program/subprocess.h"
#include "blindfit/bootstrap/failure_probability.h"
#include "blindfit/bootstrap/precision_model.h"

namespace blindfit::experiments {
namespace {

using bootstrap::BootstrapParameters;
using nlohmann::json;
using wire::RoleKind;
namespace fs = std::filesystem;

constexpr double kRefreshes = 1e4;
constexpr std::size_t kMostThreads = 2;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

enum class Input { kRandom, kConstant, kSingle, kAlternating };
constexpr std::array<Input, 4> kInputs = {Input::kRandom, Input::kConstant, Input::kSingle,
                                          Input::kAlternating};

/// Magnitudes up to 1, repeated over all slots.
ckks::Slots message(Input input, std::size_t slots, std::size_t all, std::mt19937_64& generator) {
  std::uniform_real_distribution<double> part(-std::sqrt(0.5), std::sqrt(0.5));
  ckks::Slots z(all);
  for (std::size_t j = 0; j < slots; ++j) {
    switch (input) {
      case Input::kRandom:
        z[j] = {part(generator), part(generator)};
        break;
      case Input::kConstant:
        z[j] = 1;
        break;
      case Input::kSingle:
        z[j] = j == slots / 3 ? 1 : 0;
        break;
      case Input::kAlternating:
        z[j] = j % 2 == 0 ? 1 : -1;
        break;
    }
  }
  for (std::size_t j = slots; j < all; ++j) {
    z[j] = z[j - slots];
  }
  return z;
}

/// Errors of real and imaginary parts over all slots and runs.
struct Errors {
  double worst = 0;
  double sum = 0;
  double count = 0;

  void add(const ckks::Slots& measured, const ckks::Slots& expected) {
    for (std::size_t j = 0; j < expected.size(); ++j) {
      const std::complex<double> error = measured[j] - expected[j];
      for (const double part : {std::abs(error.real()), std::abs(error.imag())}) {
        worst = std::isnan(part) ? 1 : std::max(worst, part);
        sum += part;
        ++count;
      }
    }
  }
};

/// Numbers on the unit circle, whose powers stay there.
ckks::Slots unit_circle(const RefreshOwner& owner, std::mt19937_64& generator) {
  std::uniform_real_distribution<double> turn(0, 2 * std::numbers::pi);
  ckks::Slots z(owner.all_slots());
  for (std::size_t j = 0; j < z.size(); ++j) {
    z[j] = j < owner.slots() ? std::polar(1.0, turn(generator)) : z[j - owner.slots()];
  }
  return z;
}

/// How many times the cloud has multiplied refreshed numbers such that they decrypt to their
/// powers, whose errors grow linearly.
std::size_t levels_proved(const RefreshOwner& owner, const fs::path& result, const ckks::Slots& z) {
  constexpr double kRecognisable = 0x1p-12;
  ckks::Slots power = z;
  std::size_t exponent = 2;
  for (; owner.has(result, RoleKind::kPower, exponent); ++exponent) {
    for (std::size_t j = 0; j < z.size(); ++j) {
      power[j] *= z[j];
    }
    Errors errors;
    errors.add(owner.decrypt(result, RoleKind::kPower, exponent), power);
    if (errors.worst > kRecognisable) {
      break;
    }
  }
  return exponent - 2;
}

/// Every kind of input equally often, and on either number of threads, which take turns.
std::vector<ckks::Slots> make_messages(const RefreshOwner& owner, std::size_t runs) {
  std::mt19937_64 generator(1);
  std::vector<ckks::Slots> messages;
  for (std::size_t run = 0; run < runs; ++run) {
    const Input kind = kInputs[(run + run / kInputs.size()) % kInputs.size()];
    messages.push_back(message(kind, owner.slots(), owner.all_slots(), generator));
  }
  messages.push_back(unit_circle(owner, generator));
  return messages;
}

/// Runs the cloud's program in `folder`, which holds the upload, and returns its record.
json run_cloud(const fs::path& folder) {
  program::run_or_throw(
      {.program = program::program_beside_this("blindfit-cloud"),
       .arguments = {"refresh", "--job", "upload", "--out", "result", "--compare-threads",
                     "--threads", std::to_string(kMostThreads)},
       .directory = folder,
       .silent = true});
  return program::read_json_file(folder / "result" / program::result::kRefreshed);
}

/// Medians of the refreshes on one thread and on all; the last one is the powers' and not counted.
json timing_figures(const json& record, std::size_t runs) {
  std::array<std::vector<double>, kMostThreads> seconds;
  for (std::size_t run = 0; run < runs; ++run) {
    seconds.at(record.at("threads").at(run).get<std::size_t>() - 1)
        .push_back(record.at("seconds").at(run));
  }
  return {{"seconds", {median(seconds[0]), median(seconds[1])}},
          {"seconds_1_thread", median(seconds[0])},
          {"seconds_2_threads", median(seconds[1])}};
}

json precision_figures(const RefreshOwner& owner, const fs::path& result,
                       const std::vector<ckks::Slots>& messages) {
  Errors errors;
  for (std::size_t run = 0; run + 1 < messages.size(); ++run) {
    errors.add(owner.decrypt(result, RoleKind::kRefreshed, run + 1), messages[run]);
  }
  return {{"precision_bits_worst", -std::log2(errors.worst)},
          {"precision_bits_mean", -std::log2(errors.sum / errors.count)},
          {"levels_left", levels_proved(owner, result, messages.back())}};
}

/// What follows from the parameters alone.
json parameter_figures(const BootstrapParameters& p, unsigned log_slots) {
  const unsigned scale_bits = p.literal().usable.bits;
  const double modelled =
      bootstrap::refresh_variance(p, log_slots, 1, {std::exp2(scale_bits)}).total();
  return {{"slots", std::size_t{1} << log_slots},
          {"log_n", p.literal().log_n},
          {"log_qp", p.main().log_qp()},
          {"scale_bits", scale_bits},
          // The mean magnitude of a normal number is sqrt(2 / pi) of its standard deviation.
          {"precision_bits_mean_foreseen", -std::log2(std::sqrt(modelled / std::numbers::pi))},
          {"failure_refreshes", kRefreshes},
          {"failure_probability_log2",
           1 + std::max(bootstrap::log2_interval_failure(p, kRefreshes),
                        bootstrap::log2_overflow_failure(p, log_slots, 1, kRefreshes))}};
}

}  // namespace

json measure_bootstrap(const BootstrapCase& which, const fs::path& scratch, const Say& say) {
  const TemporaryFolder cloud_side(scratch, "blindfit-cloud");
  const fs::path upload = cloud_side.path() / "upload";
  const fs::path result = cloud_side.path() / "result";
  const std::size_t runs = which.runs_each * kInputs.size();
  say(fmt::format("{}: making keys", which.name));
  const auto start = std::chrono::steady_clock::now();
  const RefreshOwner owner({which.literal, which.log_slots, base::Seed{1}, runs + 1, true});
  {
    base::ThreadPool pool;
    owner.write_keys(upload, pool);
  }
  json figures = parameter_figures(owner.parameters(), which.log_slots);
  figures["keygen_seconds"] = seconds_since(start);
  const std::vector<ckks::Slots> messages = make_messages(owner, runs);
  owner.write_inputs(upload, messages);
  say(fmt::format("{}: the cloud refreshes {} ciphertexts", which.name, messages.size()));
  const json record = run_cloud(cloud_side.path());
  figures["runs"] = runs;
  figures.update(timing_figures(record, runs));
  figures.update(precision_figures(owner, result, messages));
  for (const char* field : {"load_seconds", "setup_seconds", "evaluation_keys",
                            "evaluation_key_bytes", "matrix_bytes", "resident_bytes"}) {
    figures[field] = record.at(field);
  }
  figures["peak_rss_mib"] = record.at("peak_anonymous_mib");
  return figures;
}

json run_bootstrap_experiment(const fs::path& scratch, const Say& say) {
  const program::PeakMemory memory;
  json figures = measure_bootstrap({"full packing", bootstrap::set_a(), 15, 5}, scratch, say);
  figures["slots_8192"] =
      measure_bootstrap({"2^13 slots", bootstrap::set_a(), 13, 5}, scratch, say);
  figures["slots_4096"] =
      measure_bootstrap({"2^12 slots", bootstrap::set_a(), 12, 5}, scratch, say);
  figures["t14"] =
      measure_bootstrap({"T14, full packing", bootstrap::set_t14(), 15, 5}, scratch, say);
  figures["t16"] =
      measure_bootstrap({"T16, full packing", bootstrap::set_t16(), 15, 5}, scratch, say);
  double peak = std::max(memory.mib(), figures["peak_rss_mib"].get<double>());
  for (const char* nested : {"slots_8192", "slots_4096", "t14", "t16"}) {
    peak = std::max(peak, figures[nested]["peak_rss_mib"].get<double>());
  }
  figures["peak_rss_mib"] = peak;
  figures["experiment"] = kBootstrapName;
  figures["cpu"] = program::cpu_name();
  figures["kernels"] = program::kernels_name();
  return figures;
}

}  // namespace blindfit::experiments
