// SPDX-License-Identifier: Apache-2.0
#include "bench/primitive_benchmarks.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/experiment.h"
#include "bench/primitives.h"
#include "bench/workbench.h"
#include "blindfit/kernels/kernel_table.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit::bench {
namespace {

constexpr double kMiB = 1024 * 1024;
// Enough operands that two threads are rarely idle before the join; fewer where one takes long.
constexpr std::size_t kPooledTasks = 4;
constexpr std::size_t kSlowPooledTasks = 2;

/// The workbenches of all ring degrees, made when first asked for, by one thread at a time.
class Workbenches {
 public:
  Workbench& at(unsigned log_n) { return benches_.try_emplace(log_n, log_n).first->second; }

 private:
  std::map<unsigned, Workbench> benches_;
};

/// From the highest level down to where a circuit usually ends.
std::vector<std::size_t> measured_levels(std::size_t max_level) {
  std::vector<std::size_t> levels;
  for (std::size_t limbs = max_level + 1; limbs >= 3 && levels.size() < 3; limbs /= 2) {
    levels.push_back(limbs - 1);
  }
  return levels;
}

double traffic(const Primitive& primitive, double ciphertext_bytes, double key_bytes) {
  switch (primitive.traffic) {
    case Traffic::kAddition:
      return 3 * ciphertext_bytes;
    case Traffic::kKeySwitch:
      return 2 * ciphertext_bytes + key_bytes;
    case Traffic::kUnknown:
      break;
  }
  return 0;
}

Experiment experiment(const std::shared_ptr<Workbenches>& benches, const Primitive& primitive,
                      std::string_view isa, const rlwe::Parameters& parameters, std::size_t level) {
  const double residues = static_cast<double>(parameters.n() * 8);
  const double limbs = static_cast<double>(level + 1);
  const double key_bytes = 2 * static_cast<double>(parameters.digits(level)) *
                           (limbs + static_cast<double>(parameters.p_primes().size())) * residues;
  Experiment e;
  e.operation = "BM_" + std::string(primitive.name);
  e.conditions = "/isa:" + std::string(isa) + "/log_n:" + std::to_string(parameters.log_n()) +
                 "/level:" + std::to_string(level);
  e.prepare = [benches, &primitive, isa = std::string(isa), log_n = parameters.log_n(), level] {
    return primitive.prepare(benches->at(log_n).session(isa), level);
  };
  e.unit = benchmark::kMillisecond;
  e.slow = primitive.slow;
  e.limbs = limbs;
  e.bytes = traffic(primitive, 2 * limbs * residues, key_bytes);
  e.constants = {{"log_qp", parameters.log_qp()},
                 {"digits", static_cast<double>(parameters.digits(level))},
                 {"ciphertext_MiB", 2 * limbs * residues / kMiB},
                 {"key_MiB", key_bytes / kMiB},
                 {"key_file_MiB",
                  static_cast<double>(wire::switching_key_file_bytes(parameters, level)) / kMiB}};
  return e;
}

void register_set(const std::shared_ptr<Workbenches>& benches, std::string_view isa, unsigned log_n,
                  Scope scope) {
  const bool best = isa == kernels::supported_kernels().front()->name;
  const rlwe::Parameters parameters = rlwe::Parameters::make(parameter_set(log_n)).value();
  const std::size_t top = parameters.max_level();
  for (const Primitive& primitive : primitives()) {
    const bool headline = primitive.attention == Attention::kHeadline;
    if (!best && !headline && scope == Scope::kShort) {
      continue;
    }
    for (const std::size_t level : measured_levels(top)) {
      if (level != top && !(best && headline)) {
        continue;
      }
      const Experiment e = experiment(benches, primitive, isa, parameters, level);
      register_single(e);
      if (best && headline && level == top && (log_n == 16 || scope == Scope::kLong)) {
        register_pooled(e, primitive.slow ? kSlowPooledTasks : kPooledTasks, 1);
        register_side_by_side(e);
      }
    }
  }
}

}  // namespace

void register_primitive_benchmarks(Scope scope) {
  const auto benches = std::make_shared<Workbenches>();
  for (const kernels::KernelTable* kernels : kernels::supported_kernels()) {
    const bool best = kernels == kernels::supported_kernels().front();
    for (const unsigned log_n : {16U, 15U, 14U, 13U}) {
      if (best || log_n == 16 || scope == Scope::kLong) {
        register_set(benches, kernels->name, log_n, scope);
      }
    }
  }
}

}  // namespace blindfit::bench
