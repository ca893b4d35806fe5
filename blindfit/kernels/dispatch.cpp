// SPDX-License-Identifier: Apache-2.0
// Which kernel families exist, which this CPU runs, and which one a program gets.
#include <array>
#include <cstdlib>
#include <string>

#include "blindfit/kernels/avx2/avx2_kernels.h"
#include "blindfit/kernels/avx512ifma/avx512ifma_kernels.h"
#include "blindfit/kernels/kernel_table.h"
#include "blindfit/kernels/scalar/scalar_kernels.h"

namespace blindfit::kernels {
namespace {

constexpr KernelTable kScalar{
    .name = "scalar",
    .ntt_table_words = &scalar::ntt_table_words,
    .ntt_build_table = &scalar::ntt_build_table,
    .forward_ntt = &scalar::forward_ntt,
    .inverse_ntt = &scalar::inverse_ntt,
    .ntt_rows = &scalar::ntt_rows,
    .forward_ntt_columns = &scalar::forward_ntt_columns,
    .inverse_ntt_columns = &scalar::inverse_ntt_columns,
    .forward_ntt_row = &scalar::forward_ntt_row,
    .inverse_ntt_row = &scalar::inverse_ntt_row,
    .add = &scalar::add,
    .subtract = &scalar::subtract,
    .negate = &scalar::negate,
    .multiply = &scalar::multiply,
    .multiply_add = &scalar::multiply_add,
    .multiply_scalar = &scalar::multiply_scalar,
    .multiply_scalar_add = &scalar::multiply_scalar_add,
    .subtract_multiply_scalar = &scalar::subtract_multiply_scalar,
    .dot_pair = &scalar::dot_pair,
    .reduce = &scalar::reduce,
    .reduce_centred = &scalar::reduce_centred,
    .overflow_count = &scalar::overflow_count,
    .extend = &scalar::extend,
    .permute = &scalar::permute,
    .permute_add = &scalar::permute_add,
};

#if defined(__x86_64__)
constexpr KernelTable kAvx2{
    .name = "avx2",
    .ntt_table_words = &avx2::ntt_table_words,
    .ntt_build_table = &avx2::ntt_build_table,
    .forward_ntt = &avx2::forward_ntt,
    .inverse_ntt = &avx2::inverse_ntt,
    .ntt_rows = &avx2::ntt_rows,
    .forward_ntt_columns = &avx2::forward_ntt_columns,
    .inverse_ntt_columns = &avx2::inverse_ntt_columns,
    .forward_ntt_row = &avx2::forward_ntt_row,
    .inverse_ntt_row = &avx2::inverse_ntt_row,
    .add = &avx2::add,
    .subtract = &avx2::subtract,
    .negate = &avx2::negate,
    .multiply = &avx2::multiply,
    .multiply_add = &avx2::multiply_add,
    .multiply_scalar = &avx2::multiply_scalar,
    .multiply_scalar_add = &avx2::multiply_scalar_add,
    .subtract_multiply_scalar = &avx2::subtract_multiply_scalar,
    .dot_pair = &avx2::dot_pair,
    .reduce = &avx2::reduce,
    .reduce_centred = &avx2::reduce_centred,
    .overflow_count = &avx2::overflow_count,
    .extend = &avx2::extend,
    .permute = &avx2::permute,
    .permute_add = &avx2::permute_add,
};

constexpr KernelTable kAvx512Ifma{
    .name = "avx512ifma",
    .ntt_table_words = &avx512ifma::ntt_table_words,
    .ntt_build_table = &avx512ifma::ntt_build_table,
    .forward_ntt = &avx512ifma::forward_ntt,
    .inverse_ntt = &avx512ifma::inverse_ntt,
    .ntt_rows = &avx512ifma::ntt_rows,
    .forward_ntt_columns = &avx512ifma::forward_ntt_columns,
    .inverse_ntt_columns = &avx512ifma::inverse_ntt_columns,
    .forward_ntt_row = &avx512ifma::forward_ntt_row,
    .inverse_ntt_row = &avx512ifma::inverse_ntt_row,
    .add = &avx512ifma::add,
    .subtract = &avx512ifma::subtract,
    .negate = &avx512ifma::negate,
    .multiply = &avx512ifma::multiply,
    .multiply_add = &avx512ifma::multiply_add,
    .multiply_scalar = &avx512ifma::multiply_scalar,
    .multiply_scalar_add = &avx512ifma::multiply_scalar_add,
    .subtract_multiply_scalar = &avx512ifma::subtract_multiply_scalar,
    .dot_pair = &avx512ifma::dot_pair,
    .reduce = &avx512ifma::reduce,
    .reduce_centred = &avx512ifma::reduce_centred,
    .overflow_count = &avx512ifma::overflow_count,
    .extend = &avx512ifma::extend,
    .permute = &avx512ifma::permute,
    .permute_add = &avx512ifma::permute_add,
};

constexpr std::array<const KernelTable*, 3> kFamilies{&kAvx512Ifma, &kAvx2, &kScalar};

// GCC and clang report an instruction set only if the operating system saves its registers, too.
bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

bool has_avx512ifma() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
}

std::size_t first_supported() {
  return has_avx512ifma() ? 0 : has_avx2() ? 1 : 2;
}
#else
constexpr std::array<const KernelTable*, 1> kFamilies{&kScalar};

std::size_t first_supported() {
  return 0;
}
#endif

constexpr std::array kAllNames{std::string_view{"avx512ifma"}, std::string_view{"avx2"},
                               std::string_view{"scalar"}};

std::string list_supported() {
  std::string list;
  for (const KernelTable* table : supported_kernels()) {
    list += (list.empty() ? "" : ", ") + std::string(table->name);
  }
  return list;
}

}  // namespace

std::span<const KernelTable* const> supported_kernels() {
  return std::span(kFamilies).subspan(first_supported());
}

base::Result<const KernelTable*> find_kernels(std::string_view name) {
  for (const KernelTable* table : supported_kernels()) {
    if (table->name == name) {
      return table;
    }
  }
  for (const std::string_view known : kAllNames) {
    if (known == name) {
      return base::Error(base::ErrorCode::kUnsupportedCpu,
                         "this CPU must support the kernel family that is asked for; it supports " +
                             list_supported() + ", not " + std::string(name));
    }
  }
  return base::Error(base::ErrorCode::kInvalidArgument,
                     "a kernel family must be one of those this CPU supports, " + list_supported() +
                         "; got '" + std::string(name) + "'");
}

base::Result<const KernelTable*> default_kernels() {
  const char* forced = std::getenv("BLINDFIT_KERNELS");
  return forced != nullptr ? find_kernels(forced) : supported_kernels().front();
}

}  // namespace blindfit::kernels
