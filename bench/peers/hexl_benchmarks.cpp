// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/hexl_benchmarks.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "bench/experiment.h"
#include "bench/kernel_operands.h"
#include "blindfit/ring/modular_arithmetic.h"
#include "hexl/hexl.hpp"

namespace blindfit::bench {
namespace {

/// Limbs that take turns, each with its own prime.
struct Limbs {
  std::vector<intel::hexl::NTT> transforms;
  base::AlignedBuffer words;
  std::size_t next = 0;
};

std::shared_ptr<Limbs> make_limbs(unsigned log_n) {
  const std::size_t n = std::size_t{1} << log_n;
  const KernelInputs in(log_n);
  auto limbs = std::make_shared<Limbs>();
  limbs->words = base::AlignedBuffer(n * kLimbs);
  std::vector<std::uint64_t> taken;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    limbs->transforms.emplace_back(n, ring::take_ntt_prime(50, log_n, taken));
    std::memcpy(limbs->words.data() + i * n, in.array(i, 0), n * sizeof(std::uint64_t));
  }
  return limbs;
}

template <bool kForward>
Run prepare(unsigned log_n) {
  return [limbs = make_limbs(log_n), n = std::size_t{1} << log_n] {
    std::uint64_t* const x = limbs->words.data() + limbs->next * n;
    if constexpr (kForward) {
      limbs->transforms[limbs->next].ComputeForward(x, x, 1, 1);
    } else {
      limbs->transforms[limbs->next].ComputeInverse(x, x, 1, 1);
    }
    limbs->next = (limbs->next + 1) % kLimbs;
  };
}

}  // namespace

void register_hexl_benchmarks() {
  for (const unsigned log_n : {16U, 15U, 14U, 13U}) {
    const std::string conditions = "/log_n:" + std::to_string(log_n);
    Experiment e{.operation = "BM_HexlForwardNtt",
                 .conditions = conditions,
                 .prepare = [log_n] { return prepare<true>(log_n); },
                 .limbs = 1};
    register_single(e);
    e.operation = "BM_HexlInverseNtt";
    e.prepare = [log_n] { return prepare<false>(log_n); };
    register_single(e);
  }
}

}  // namespace blindfit::bench
