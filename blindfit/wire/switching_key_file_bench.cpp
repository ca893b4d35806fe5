// SPDX-License-Identifier: Apache-2.0
// How fast files become keys: the unpacking alone, and everything that a loader does.
#include <benchmark/benchmark.h>

#include "blindfit/kernels/kernel_table.h"
#include "blindfit/ring/uniform_sampler.h"
#include "blindfit/wire/bit_packing.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit::wire {
namespace {

constexpr std::uint64_t kPrime36 = (std::uint64_t{1} << 36) - 5;

std::vector<std::uint64_t> words(std::size_t count) {
  std::vector<std::uint64_t> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = i * 0x9E3779B97F4A7C15U % kPrime36;
  }
  return result;
}

void BM_Pack(benchmark::State& state) {
  const std::vector<std::uint64_t> limb = words(std::size_t{1} << 16);
  std::vector<std::uint8_t> packed(packed_bytes(limb.size(), 36));
  for (auto _ : state) {
    pack(limb, 36, packed);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(packed.size()));
}
BENCHMARK(BM_Pack)->Name("BM_Pack/bits:36");

void BM_Unpack(benchmark::State& state) {
  std::vector<std::uint64_t> limb = words(std::size_t{1} << 16);
  std::vector<std::uint8_t> packed(packed_bytes(limb.size(), 36));
  pack(limb, 36, packed);
  for (auto _ : state) {
    benchmark::DoNotOptimize(unpack(packed, kPrime36, limb));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(packed.size()));
}
BENCHMARK(BM_Unpack)->Name("BM_Unpack/bits:36");

void BM_LoadGaloisKey(benchmark::State& state) {
  const rlwe::Parameters parameters =
      rlwe::Parameters::make(
          {.log_n = 15, .log_q = {50, 36, 36, 36, 36, 36, 36, 36, 36, 36}, .log_p = {50, 50, 50}})
          .value();
  const ring::RingContext ring(15, parameters.q_primes(), parameters.p_primes(),
                               *kernels::default_kernels().value());
  rlwe::GaloisKey key{ring::make_automorphism({5}, 15), {}};
  for (std::size_t d = 0; d < parameters.digits(9); ++d) {
    key.key.b.push_back(ring::uniform_poly(ring, rlwe::kSwitchingKeyDomain, {}, d, 10, 3));
  }
  const std::vector<std::uint8_t> bytes = save_galois_key(parameters, {}, key);
  for (auto _ : state) {
    benchmark::DoNotOptimize(load_galois_key(bytes, parameters, {}).ok());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(BM_LoadGaloisKey)->Name("BM_LoadGaloisKey/log_n:15/level:9");

}  // namespace
}  // namespace blindfit::wire
