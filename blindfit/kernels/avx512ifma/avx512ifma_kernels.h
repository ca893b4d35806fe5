// SPDX-License-Identifier: Apache-2.0
// The avx512ifma family: every entry of KernelTable, whose contracts hold here; raw declarations
// only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "blindfit/kernels/extension_target.h"
#include "blindfit/kernels/modulus_constants.h"
#include "blindfit/kernels/rows_ahead.h"

namespace blindfit::kernels::avx512ifma {

using Word = std::uint64_t;

std::size_t ntt_table_words(unsigned log_n) noexcept;
void ntt_build_table(Word* table, const ModulusConstants& q, Word psi, unsigned log_n) noexcept;
void forward_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept;
void inverse_ntt(Word* x, const Word* table, const ModulusConstants& q, unsigned log_n) noexcept;
std::size_t ntt_rows(unsigned log_n) noexcept;
void forward_ntt_columns(Word* x, std::size_t stride, std::size_t columns, const Word* table,
                         const ModulusConstants& q, unsigned log_n) noexcept;
void inverse_ntt_columns(Word* x, std::size_t stride, std::size_t columns, const Word* table,
                         const ModulusConstants& q, unsigned log_n) noexcept;
void forward_ntt_row(Word* x, std::size_t row, const Word* table, const ModulusConstants& q,
                     unsigned log_n, const RowsAhead& ahead) noexcept;
void inverse_ntt_row(Word* x, std::size_t row, const Word* table, const ModulusConstants& q,
                     unsigned log_n) noexcept;

void add(Word* out, const Word* a, const Word* b, std::size_t n,
         const ModulusConstants& q) noexcept;
void subtract(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept;
void negate(Word* out, const Word* a, std::size_t n, const ModulusConstants& q) noexcept;
void multiply(Word* out, const Word* a, const Word* b, std::size_t n,
              const ModulusConstants& q) noexcept;
void multiply_add(Word* out, const Word* a, const Word* b, std::size_t n,
                  const ModulusConstants& q) noexcept;
void multiply_scalar(Word* out, const Word* a, Word c, std::size_t n,
                     const ModulusConstants& q) noexcept;
void multiply_scalar_add(Word* out, const Word* a, Word c, std::size_t n,
                         const ModulusConstants& q) noexcept;
void subtract_multiply_scalar(Word* out, const Word* a, const Word* b, Word c, std::size_t n,
                              const ModulusConstants& q) noexcept;
void dot_pair(Word* out0, Word* out1, const Word* const* a, const Word* const* b0,
              const Word* const* b1, std::size_t count, std::size_t n,
              const ModulusConstants& q) noexcept;

void reduce(Word* out, const Word* x, std::size_t n, const ModulusConstants& q) noexcept;
void reduce_centred(Word* out, const Word* x, std::size_t n, Word p,
                    const ModulusConstants& q) noexcept;
void overflow_count(Word* v, const Word* const* y, const double* inverse, std::size_t count,
                    std::size_t n) noexcept;
void extend(const ExtensionTarget* targets, std::size_t target_count, const Word* const* y,
            std::size_t count, const Word* v, std::size_t n) noexcept;
void permute(Word* out, const Word* x, const std::uint32_t* index, std::size_t n) noexcept;
void permute_add(Word* out, const Word* x, const std::uint32_t* index, std::size_t n,
                 const ModulusConstants& q) noexcept;

}  // namespace blindfit::kernels::avx512ifma
