// SPDX-License-Identifier: Apache-2.0
#include "bench/calibration.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "bench/experiment.h"

namespace blindfit::bench {
namespace {

__extension__ typedef unsigned __int128 u128;

// Latency is 4 cycles at up to two instructions a cycle, so eight chains keep the multipliers busy.
// Named, because compilers keep arrays of them in memory.
constexpr std::size_t kRounds = 8192;

#if defined(__x86_64__)
constexpr std::size_t kChains52 = 8;

__attribute__((target("avx512f,avx512ifma"))) void multiply_add_52() {
  const __m512i factor = _mm512_set1_epi64(0x123456789ABCD);
  __m512i a = factor;
  __m512i b = factor;
  __m512i c = factor;
  __m512i d = factor;
  __m512i e = factor;
  __m512i f = factor;
  __m512i g = factor;
  __m512i h = factor;
  for (std::size_t round = 0; round < kRounds; ++round) {
    a = _mm512_madd52lo_epu64(a, a, factor);
    b = _mm512_madd52lo_epu64(b, b, factor);
    c = _mm512_madd52lo_epu64(c, c, factor);
    d = _mm512_madd52lo_epu64(d, d, factor);
    e = _mm512_madd52lo_epu64(e, e, factor);
    f = _mm512_madd52lo_epu64(f, f, factor);
    g = _mm512_madd52lo_epu64(g, g, factor);
    h = _mm512_madd52lo_epu64(h, h, factor);
    // Forget that they are all the same.
    asm volatile("" : "+v"(a), "+v"(b), "+v"(c), "+v"(d), "+v"(e), "+v"(f), "+v"(g), "+v"(h));
  }
}

bool has_multiply_add_52() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
}
#endif

// Latency 3 or 4 at one multiplication a cycle.
constexpr std::size_t kChains64 = 4;

void multiply_64() {
  std::uint64_t a = 3;
  std::uint64_t b = 5;
  std::uint64_t c = 7;
  std::uint64_t d = 9;
  const std::uint64_t factor = 0x9E3779B97F4A7C15U;
  for (std::size_t round = 0; round < kRounds; ++round) {
    a = static_cast<std::uint64_t>((static_cast<u128>(a) * factor) >> 64U);
    b = static_cast<std::uint64_t>((static_cast<u128>(b) * factor) >> 64U);
    c = static_cast<std::uint64_t>((static_cast<u128>(c) * factor) >> 64U);
    d = static_cast<std::uint64_t>((static_cast<u128>(d) * factor) >> 64U);
    asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
  }
}

void register_on_one_and_two(const Experiment& experiment) {
  register_single(experiment);
  register_side_by_side(experiment);
}

Run prepare_copy(std::size_t bytes) {
  auto from = std::make_shared<std::vector<char>>(bytes, 'a');
  auto to = std::make_shared<std::vector<char>>(bytes, 'b');
  return [from, to] {
    std::memcpy(to->data(), from->data(), from->size());
    benchmark::ClobberMemory();
  };
}

}  // namespace

void register_calibration() {
#if defined(__x86_64__)
  if (has_multiply_add_52()) {
    register_on_one_and_two({.operation = "BM_CalibrationMultiplyAdd52",
                             .conditions = "/bits:512",
                             .prepare = [] { return Run(multiply_add_52); },
                             .operations = kChains52 * kRounds});
  }
#endif
  register_on_one_and_two({.operation = "BM_CalibrationMultiply64",
                           .conditions = "",
                           .prepare = [] { return Run(multiply_64); },
                           .operations = kChains64 * kRounds});
  // In the second-level cache, as large as a ciphertext of 24 limbs at N = 2^16, and far beyond.
  for (const std::size_t kib : {512U, 24U * 1024U, 256U * 1024U}) {
    register_on_one_and_two({.operation = "BM_CalibrationCopy",
                             .conditions = "/KiB:" + std::to_string(kib),
                             .prepare = [kib] { return prepare_copy(kib << 10U); },
                             .bytes = 2.0 * 1024 * static_cast<double>(kib)});
  }
}

}  // namespace blindfit::bench
