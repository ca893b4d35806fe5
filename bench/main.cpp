// SPDX-License-Identifier: Apache-2.0
// blindfit_bench [--long] [Google Benchmark's flags]: the machine, the engine's operations, its
// kernels.
#include <cstring>
#include <string>

#include "bench/calibration.h"
#include "bench/kernel_benchmarks.h"
#include "bench/primitive_benchmarks.h"
#if defined(BLINDFIT_BENCH_HEXL)
#include "bench/peers/hexl_benchmarks.h"
#endif
#include "benchmark/benchmark.h"
#include "blindfit/base/allocation.h"
#include "blindfit/kernels/kernel_table.h"

namespace {

std::string list_families() {
  std::string list;
  for (const blindfit::kernels::KernelTable* kernels : blindfit::kernels::supported_kernels()) {
    list += (list.empty() ? "" : " ") + std::string(kernels->name);
  }
  return list;
}

}  // namespace

int main(int argc, char** argv) {
  blindfit::base::keep_freed_memory();  // as the programs do
  auto scope = blindfit::bench::Scope::kShort;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--long") == 0) {
      scope = blindfit::bench::Scope::kLong;
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
#if defined(__clang__)
  benchmark::AddCustomContext("compiler", __VERSION__);
#else
  benchmark::AddCustomContext("compiler", "gcc " __VERSION__);
#endif
  benchmark::AddCustomContext("kernel_families", list_families());
  blindfit::bench::register_calibration();
  blindfit::bench::register_primitive_benchmarks(scope);
  blindfit::bench::register_kernel_benchmarks(scope);
#if defined(BLINDFIT_BENCH_HEXL)
  blindfit::bench::register_hexl_benchmarks();
#endif
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
