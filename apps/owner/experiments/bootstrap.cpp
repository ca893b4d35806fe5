// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/experiments/bootstrap.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <numbers>
#include <optional>
#include <random>

#include "apps/program/machine.h"
#include "apps/program/peak_memory.h"
#include "blindfit/bootstrap/bootstrapper.h"
#include "blindfit/bootstrap/failure_probability.h"
#include "blindfit/bootstrap/precision_model.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit::experiments {
namespace {

using bootstrap::BootstrapParameters;
using bootstrap::GaloisKeyNeed;
using nlohmann::json;

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

/// Both sides: the owner's key, the cloud's keys and matrices.
class Laboratory {
 public:
  Laboratory(const BootstrapCase& which, base::ThreadPool& pool)
      : parameters_(BootstrapParameters::make(which.literal).value()),
        slots_(std::size_t{1} << which.log_slots),
        main_(rlwe::make_context(parameters_.main()).value()),
        tiny_(rlwe::make_context(parameters_.tiny()).value()),
        encoder_(*main_),
        secret_(owner::generate_secret_key(*main_)),
        scale_{std::exp2(which.literal.usable.bits)} {
    auto start = std::chrono::steady_clock::now();
    make_keys(which.log_slots, pool);
    keygen_seconds_ = seconds_since(start);
    start = std::chrono::steady_clock::now();
    const std::vector<double> signs = bootstrap::public_signs(base::Seed{1}, slots_);
    bootstrapper_.emplace(
        parameters_, bootstrap::BootstrapMaterial{encoder_, *tiny_, keys_, *encapsulation_, &pool},
        bootstrap::BootstrapOptions{which.log_slots, scale_, signs});
    setup_seconds_ = seconds_since(start);
  }

  [[nodiscard]] const BootstrapParameters& parameters() const noexcept { return parameters_; }
  [[nodiscard]] const bootstrap::Bootstrapper& bootstrapper() const { return *bootstrapper_; }
  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }
  [[nodiscard]] std::size_t all_slots() const noexcept { return encoder_.slots(); }
  [[nodiscard]] double keygen_seconds() const noexcept { return keygen_seconds_; }
  [[nodiscard]] double setup_seconds() const noexcept { return setup_seconds_; }

  [[nodiscard]] ckks::Ciphertext encrypt(const ckks::Slots& z) const {
    const std::size_t level = bootstrapper_->contract().input_level;
    return rlwe::expand(*main_, owner::encrypt(*main_, secret_, encoder_.encode(z, scale_, level)));
  }
  [[nodiscard]] ckks::Slots decrypt(const ckks::Ciphertext& ct) const {
    return encoder_.decode(owner::decrypt(*main_, secret_, ct));
  }
  void multiply(ckks::Ciphertext& ct, const ckks::Ciphertext& factor) const {
    ct = ckks::multiply(*main_, ct, factor);
    ckks::relinearize_and_rescale(*main_, keys_, ct);
  }

 private:
  void make_keys(unsigned log_slots, base::ThreadPool& pool) {
    const std::vector<GaloisKeyNeed> needs =
        bootstrap::required_galois_elements(parameters_, log_slots);
    std::mutex mutex;
    pool.parallel_for(needs.size(), [&](std::size_t k) {
      rlwe::GaloisKey key =
          owner::generate_galois_key(*main_, secret_, needs[k].element, needs[k].level);
      const std::lock_guard<std::mutex> lock(mutex);
      keys_.set_galois(std::move(key));
    });
    keys_.set_relinearization(
        owner::generate_relinearization_key(*main_, secret_, parameters_.layout().eval_mod));
    encapsulation_.emplace(owner::generate_encapsulation_keys(*main_, *tiny_, secret_));
  }

  BootstrapParameters parameters_;
  std::size_t slots_;
  std::shared_ptr<const rlwe::Context> main_;
  std::shared_ptr<const rlwe::Context> tiny_;
  ckks::Encoder encoder_;
  owner::SecretKey secret_;
  ckks::Scale scale_;
  rlwe::EvaluationKeys keys_;
  std::optional<rlwe::EncapsulationKeys> encapsulation_;
  std::optional<bootstrap::Bootstrapper> bootstrapper_;
  double keygen_seconds_ = 0;
  double setup_seconds_ = 0;
};

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

/// Multiplies refreshed numbers on the unit circle by themselves as long as a level is left and
/// they decrypt to their powers, whose errors grow linearly.
std::size_t levels_proved(const Laboratory& laboratory, std::mt19937_64& generator) {
  constexpr double kRecognisable = 0x1p-12;
  std::uniform_real_distribution<double> turn(0, 2 * std::numbers::pi);
  ckks::Slots z(laboratory.all_slots());
  for (std::size_t j = 0; j < z.size(); ++j) {
    z[j] = j < laboratory.slots() ? std::polar(1.0, turn(generator)) : z[j - laboratory.slots()];
  }
  const ckks::Ciphertext factor = laboratory.bootstrapper().refresh(laboratory.encrypt(z));
  ckks::Ciphertext ct = factor;
  ckks::Slots power = z;
  std::size_t proved = 0;
  while (ct.level() > 0) {
    laboratory.multiply(ct, factor);
    for (std::size_t j = 0; j < z.size(); ++j) {
      power[j] *= z[j];
    }
    Errors errors;
    errors.add(laboratory.decrypt(ct), power);
    if (errors.worst > kRecognisable) {
      break;
    }
    ++proved;
  }
  return proved;
}

json key_figures(const Laboratory& laboratory, unsigned log_slots) {
  const BootstrapParameters& p = laboratory.parameters();
  const std::vector<GaloisKeyNeed> needs = bootstrap::required_galois_elements(p, log_slots);
  std::uint64_t files = wire::switching_key_file_bytes(p.main(), p.layout().eval_mod) +
                        wire::switching_key_file_bytes(p.main(), p.main().max_level()) +
                        wire::switching_key_file_bytes(p.tiny(), 0);
  for (const GaloisKeyNeed& need : needs) {
    files += wire::switching_key_file_bytes(p.main(), need.level);
  }
  const double expanded = bootstrap::key_bytes(p, log_slots).resident;
  return {
      {"evaluation_keys", needs.size() + 3},
      {"evaluation_key_bytes", files},
      {"resident_bytes", expanded + static_cast<double>(laboratory.bootstrapper().matrix_bytes())}};
}

/// Refreshes every kind of input, on one thread and on all by turns.
json run_figures(const Laboratory& laboratory, std::size_t runs_each, base::ThreadPool& pool,
                 const Say& say) {
  std::mt19937_64 generator(1);
  Errors errors;
  std::array<std::vector<double>, kMostThreads> seconds;
  for (std::size_t run = 0; run < runs_each * kInputs.size(); ++run) {
    const ckks::Slots z = message(kInputs[run % kInputs.size()], laboratory.slots(),
                                  laboratory.all_slots(), generator);
    const ckks::Ciphertext ct = laboratory.encrypt(z);
    ckks::Ciphertext out;
    const auto refresh = [&](std::size_t k) {
      if (k == 0) {
        out = laboratory.bootstrapper().refresh(ct);
      }
    };
    // Every kind of input meets every number of threads.
    const std::size_t threads = (run + run / kInputs.size()) % kMostThreads + 1;
    const auto start = std::chrono::steady_clock::now();
    if (threads == 1) {
      pool.parallel_for(2, refresh);  // inside a task nothing else is shared out
    } else {
      refresh(0);
    }
    seconds[threads - 1].push_back(seconds_since(start));
    errors.add(laboratory.decrypt(out), z);
    say(fmt::format("refresh {} of {}: {:.2f} s on {} thread(s)", run + 1,
                    runs_each * kInputs.size(), seconds[threads - 1].back(), threads));
  }
  return {{"runs", runs_each * kInputs.size()},
          {"seconds", {median(seconds[0]), median(seconds[1])}},
          {"seconds_1_thread", median(seconds[0])},
          {"seconds_2_threads", median(seconds[1])},
          {"precision_bits_worst", -std::log2(errors.worst)},
          {"precision_bits_mean", -std::log2(errors.sum / errors.count)},
          {"levels_left", levels_proved(laboratory, generator)}};
}

}  // namespace

json measure_bootstrap(const BootstrapCase& which, const Say& say) {
  base::ThreadPool pool(kMostThreads);
  say(fmt::format("{}: making keys and matrices", which.name));
  const Laboratory laboratory(which, pool);
  const BootstrapParameters& p = laboratory.parameters();
  json figures = run_figures(laboratory, which.runs_each, pool, say);
  figures.update(key_figures(laboratory, which.log_slots));
  const double modelled =
      bootstrap::refresh_variance(p, which.log_slots, 1, {std::exp2(which.literal.usable.bits)})
          .total();
  figures.update(
      {{"slots", laboratory.slots()},
       {"log_n", which.literal.log_n},
       {"log_qp", p.main().log_qp()},
       {"scale_bits", which.literal.usable.bits},
       {"keygen_seconds", laboratory.keygen_seconds()},
       {"setup_seconds", laboratory.setup_seconds()},
       // The mean magnitude of a normal number is sqrt(2 / pi) of its standard deviation.
       {"precision_bits_mean_foreseen", -std::log2(std::sqrt(modelled / std::numbers::pi))},
       {"failure_refreshes", kRefreshes},
       {"failure_probability_log2",
        1 + std::max(bootstrap::log2_interval_failure(p, kRefreshes),
                     bootstrap::log2_overflow_failure(p, which.log_slots, 1, kRefreshes))}});
  return figures;
}

json run_bootstrap_experiment(const Say& say) {
  const program::PeakMemory memory;
  json figures = measure_bootstrap({"full packing", bootstrap::set_a(), 15, 5}, say);
  figures["slots_8192"] = measure_bootstrap({"2^13 slots", bootstrap::set_a(), 13, 5}, say);
  figures["slots_4096"] = measure_bootstrap({"2^12 slots", bootstrap::set_a(), 12, 5}, say);
  figures["t14"] = measure_bootstrap({"T14, full packing", bootstrap::set_t14(), 15, 5}, say);
  figures["peak_rss_mib"] = memory.mib();
  figures["experiment"] = kBootstrapName;
  figures["cpu"] = program::cpu_name();
  figures["kernels"] = program::kernels_name();
  return figures;
}

}  // namespace blindfit::experiments
