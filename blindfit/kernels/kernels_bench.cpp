// SPDX-License-Identifier: Apache-2.0
// How long one limb takes, for every family that this CPU runs:
//   BM_ForwardNtt/isa:avx512ifma/log_n:16/bits:50
#include <string>

#include "benchmark/benchmark.h"
#include "blindfit/kernels/kernel_test_cases.h"

namespace blindfit::kernels::test {
namespace {

Word largest_prime(unsigned bits, unsigned log_n) {
  const Word step = Word{2} << log_n;
  Word q = (Word{1} << bits) - step + 1;
  while (!is_prime(q)) {
    q -= step;
  }
  return q;
}

enum class Direction { kForward, kInverse };

void time_ntt(benchmark::State& state, const KernelTable& kernels, unsigned log_n, unsigned bits,
              Direction direction) {
  const ModulusConstants q = make_modulus_constants(largest_prime(bits, log_n));
  base::AlignedBuffer table(kernels.ntt_table_words(log_n));
  kernels.ntt_build_table(table.data(), q, primitive_root(q.value, log_n), log_n);
  base::AlignedBuffer x = make_words(std::size_t{1} << log_n, q.value, Pattern::kRandom, 1);
  const auto transform =
      direction == Direction::kForward ? kernels.forward_ntt : kernels.inverse_ntt;
  for (auto _ : state) {
    transform(x.data(), table.data(), q, log_n);
    benchmark::ClobberMemory();
  }
  const double butterflies = static_cast<double>(log_n) * static_cast<double>(x.size() / 2);
  state.counters["butterflies/s"] =
      benchmark::Counter(butterflies, benchmark::Counter::kIsIterationInvariantRate);
}

// One limb's worth of operands of `count` products each, 2^12 coefficients: what a blocked caller
// sees.
struct SumOperands {
  static constexpr std::size_t kN = 4096;

  explicit SumOperands(std::size_t count, Word q) {
    for (std::size_t k = 0; k < 3 * count; ++k) {
      storage.push_back(make_words(kN, q, Pattern::kRandom, k));
    }
    for (const base::AlignedBuffer& buffer : storage) {
      pointers.push_back(buffer.data());
    }
  }
  std::vector<base::AlignedBuffer> storage;
  std::vector<const Word*> pointers;
};

void time_dot_pair(benchmark::State& state, const KernelTable& kernels, std::size_t count) {
  const ModulusConstants q = make_modulus_constants(largest_prime(50, 16));
  const SumOperands in(count, q.value);
  base::AlignedBuffer out0(SumOperands::kN);
  base::AlignedBuffer out1(SumOperands::kN);
  for (auto _ : state) {
    kernels.dot_pair(out0.data(), out1.data(), in.pointers.data(), in.pointers.data() + count,
                     in.pointers.data() + 2 * count, count, SumOperands::kN, q);
    benchmark::ClobberMemory();
  }
  state.counters["products/s"] =
      benchmark::Counter(static_cast<double>(2 * count * SumOperands::kN),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void time_extend_limb(benchmark::State& state, const KernelTable& kernels, std::size_t count) {
  const ModulusConstants q = make_modulus_constants(largest_prime(50, 16));
  const SumOperands in(count, q.value);
  const base::AlignedBuffer v = make_words(SumOperands::kN, count + 1, Pattern::kRandom, 2);
  base::AlignedBuffer out(SumOperands::kN);
  const ExtensionTarget target{out.data(), in.pointers.back(), 12345, &q};
  for (auto _ : state) {
    kernels.extend(&target, 1, in.pointers.data(), count, v.data(), SumOperands::kN);
    benchmark::ClobberMemory();
  }
  state.counters["products/s"] = benchmark::Counter(static_cast<double>(count * SumOperands::kN),
                                                    benchmark::Counter::kIsIterationInvariantRate);
}

void register_transforms(const KernelTable& kernels, const std::string& isa) {
  for (const unsigned bits : {50u, 40u}) {
    for (const unsigned log_n : {14u, 15u, 16u}) {
      const std::string rest =
          isa + "/log_n:" + std::to_string(log_n) + "/bits:" + std::to_string(bits);
      const auto add = [&](const std::string& name, Direction direction) {
        benchmark::RegisterBenchmark((name + rest).c_str(), time_ntt, kernels, log_n, bits,
                                     direction)
            ->Unit(benchmark::kMicrosecond);
      };
      add("BM_ForwardNtt", Direction::kForward);
      add("BM_InverseNtt", Direction::kInverse);
    }
  }
}

bool register_all() {
  for (const KernelTable* kernels : supported_kernels()) {
    const std::string isa = "/isa:" + std::string(kernels->name);
    register_transforms(*kernels, isa);
    for (const std::size_t count : {3u, 9u}) {
      const std::string rest = isa + "/log_n:12/count:" + std::to_string(count);
      benchmark::RegisterBenchmark(("BM_DotPair" + rest).c_str(), time_dot_pair, *kernels, count)
          ->Unit(benchmark::kMicrosecond);
      benchmark::RegisterBenchmark(("BM_ExtendLimb" + rest).c_str(), time_extend_limb, *kernels,
                                   count)
          ->Unit(benchmark::kMicrosecond);
    }
  }
  return true;
}

const bool kRegistered = register_all();

}  // namespace
}  // namespace blindfit::kernels::test
