// SPDX-License-Identifier: Apache-2.0
// The scalar transform against the definition, every family against the scalar one, bit for bit.
#include <algorithm>
#include <cstring>
#include <tuple>

#include "blindfit/kernels/kernel_test_cases.h"

namespace blindfit::kernels::test {
namespace {

// One prime, its root and a family's table for it.
struct Transform {
  Transform(const KernelTable& family, Word prime, unsigned log_size)
      : kernels(&family),
        q(make_modulus_constants(prime)),
        log_n(log_size),
        psi(primitive_root(prime, log_size)),
        table(family.ntt_table_words(log_size)) {
    kernels->ntt_build_table(table.data(), q, psi, log_n);
  }
  void forward(base::AlignedBuffer& x) const {
    kernels->forward_ntt(x.data(), table.data(), q, log_n);
  }
  void inverse(base::AlignedBuffer& x) const {
    kernels->inverse_ntt(x.data(), table.data(), q, log_n);
  }

  const KernelTable* kernels;
  ModulusConstants q;
  unsigned log_n;
  Word psi;
  base::AlignedBuffer table;
};

// sum_j x[j] psi^(j (2 bit_reverse(i) + 1)) by Horner's rule.
Word defined_value(const base::AlignedBuffer& x, const Transform& t, std::size_t i) {
  std::size_t reversed = 0;
  for (unsigned bit = 0; bit < t.log_n; ++bit) {
    reversed = 2 * reversed + ((i >> bit) & 1);
  }
  const Word point = power_mod(t.psi, 2 * reversed + 1, t.q.value);
  Word value = 0;
  for (std::size_t j = x.size(); j-- > 0;) {
    value = static_cast<Word>((u128{value} * point + x.data()[j]) % t.q.value);
  }
  return value;
}

std::vector<std::size_t> sampled_outputs(std::size_t n) {
  return {0, 1, 2, 5, n / 8 + 3, n / 2 - 1, n / 2, n - 2, n - 1};
}

class ScalarNtt : public ::testing::TestWithParam<unsigned> {};

TEST_P(ScalarNtt, ForwardMatchesTheDefinitionAtSampledOutputs) {
  const std::size_t n = std::size_t{1} << GetParam();
  for (const Word prime : edge_primes(GetParam())) {
    const Transform t(scalar_kernels(), prime, GetParam());
    for (const Pattern pattern : {Pattern::kRandom, Pattern::kLargest}) {
      const base::AlignedBuffer x = make_words(n, prime, pattern, 1);
      base::AlignedBuffer y = x;
      t.forward(y);
      for (const std::size_t i : sampled_outputs(n)) {
        ASSERT_EQ(y.data()[i], defined_value(x, t, i)) << "q " << prime << " output " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllSizes, ScalarNtt, ::testing::Range(10u, 18u),
                         ::testing::PrintToStringParamName());

TEST(ScalarNtt, ForwardMatchesTheDefinitionAtEveryOutput) {
  const Transform t(scalar_kernels(), edge_primes(10).back(), 10);
  const base::AlignedBuffer x = make_words(1024, t.q.value, Pattern::kRandom, 2);
  base::AlignedBuffer y = x;
  t.forward(y);
  for (std::size_t i = 0; i < y.size(); ++i) {
    ASSERT_EQ(y.data()[i], defined_value(x, t, i));
  }
}

TEST(ScalarNtt, OneChangedCoefficientChangesEveryOutput) {
  const Transform t(scalar_kernels(), edge_primes(10).back(), 10);
  base::AlignedBuffer x = make_words(1024, t.q.value, Pattern::kRandom, 3);
  base::AlignedBuffer y = x;
  x.data()[517] = (x.data()[517] + 1) % t.q.value;
  t.forward(y);
  for (std::size_t i = 0; i < y.size(); ++i) {
    ASSERT_NE(y.data()[i], defined_value(x, t, i));
  }
}

class Ntt : public ::testing::TestWithParam<std::tuple<const char*, unsigned>> {
 protected:
  void SetUp() override {
    const base::Result<const KernelTable*> found = find_kernels(std::get<0>(GetParam()));
    if (!found.ok()) {
      GTEST_SKIP() << found.error().what();
    }
    kernels_ = found.value();
  }
  [[nodiscard]] Transform transform(Word prime) const { return {*kernels_, prime, log_n()}; }
  [[nodiscard]] unsigned log_n() const { return std::get<1>(GetParam()); }
  [[nodiscard]] std::size_t n() const { return std::size_t{1} << log_n(); }

 private:
  const KernelTable* kernels_ = nullptr;
};

TEST_P(Ntt, ForwardAndInverseEqualTheScalarFamilyBitForBit) {
  for (const Word prime : edge_primes(log_n())) {
    const Transform t = transform(prime);
    const Transform scalar(scalar_kernels(), prime, log_n());
    for (const Pattern pattern : kPatterns) {
      const base::AlignedBuffer x = make_words(n(), prime, pattern, prime);
      base::AlignedBuffer result = x;
      base::AlignedBuffer expected = x;
      t.forward(result);
      scalar.forward(expected);
      ASSERT_EQ(count_differences(result, expected), 0u) << "forward, q " << prime;
      result = x;
      expected = x;
      t.inverse(result);
      scalar.inverse(expected);
      ASSERT_EQ(count_differences(result, expected), 0u) << "inverse, q " << prime;
    }
  }
}

TEST_P(Ntt, InverseUndoesForward) {
  for (const Word prime : edge_primes(log_n())) {
    const Transform t = transform(prime);
    for (const Pattern pattern : kPatterns) {
      const base::AlignedBuffer x = make_words(n(), prime, pattern, 4);
      base::AlignedBuffer y = x;
      t.forward(y);
      t.inverse(y);
      ASSERT_EQ(count_differences(x, y), 0u) << prime;
    }
  }
}

// A few columns of `x`, apart from the rest: row r starts at r * columns.
base::AlignedBuffer take_columns(const base::AlignedBuffer& x, std::size_t rows, std::size_t first,
                                 std::size_t columns) {
  base::AlignedBuffer part(rows * columns);
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy_n(x.data() + row * (x.size() / rows) + first, columns, part.data() + row * columns);
  }
  return part;
}

void put_columns(const base::AlignedBuffer& part, std::size_t rows, std::size_t first,
                 std::size_t columns, base::AlignedBuffer& x) {
  for (std::size_t row = 0; row < rows; ++row) {
    std::copy_n(part.data() + row * columns, columns, x.data() + row * (x.size() / rows) + first);
  }
}

TEST_P(Ntt, TwoPassesInPartsEqualTheWholeTransform) {
  for (const Word prime : edge_primes(log_n())) {
    const Transform t = transform(prime);
    const std::size_t rows = t.kernels->ntt_rows(log_n());
    const std::size_t columns = n() / rows;
    const std::size_t half = columns / 2;
    base::AlignedBuffer x = make_words(n(), prime, Pattern::kRandom, 5);
    base::AlignedBuffer expected = x;
    t.forward(expected);
    for (const std::size_t first : {half, std::size_t{0}}) {  // the second half first
      base::AlignedBuffer part = take_columns(x, rows, first, half);
      t.kernels->forward_ntt_columns(part.data(), half, half, t.table.data(), t.q, log_n());
      put_columns(part, rows, first, half, x);
    }
    for (std::size_t row = rows; row-- > 0;) {
      const Word* const ahead[] = {expected.data(), t.table.data()};
      t.kernels->forward_ntt_row(x.data() + row * columns, row, t.table.data(), t.q, log_n(),
                                 {ahead, 2});
    }
    ASSERT_EQ(count_differences(x, expected), 0u) << "forward, q " << prime;
    t.inverse(expected);
    for (std::size_t row = 0; row < rows; ++row) {
      t.kernels->inverse_ntt_row(x.data() + row * columns, row, t.table.data(), t.q, log_n());
    }
    for (const std::size_t first : {half, std::size_t{0}}) {
      t.kernels->inverse_ntt_columns(x.data() + first, columns, half, t.table.data(), t.q, log_n());
    }
    ASSERT_EQ(count_differences(x, expected), 0u) << "inverse, q " << prime;
  }
}

TEST_P(Ntt, TableIsFilledCompletelyAndNotWrittenBeyondItsEnd) {
  const Word prime = edge_primes(log_n()).back();
  const Transform t = transform(prime);
  const Word mark = 0x5ee5'5ee5'5ee5'5ee5;
  base::AlignedBuffer table(t.table.size() + 8);
  std::fill_n(table.data(), table.size(), mark);
  t.kernels->ntt_build_table(table.data(), t.q, t.psi, log_n());
  EXPECT_EQ(std::memcmp(table.data(), t.table.data(), t.table.size() * sizeof(Word)), 0);
  for (std::size_t i = t.table.size(); i < table.size(); ++i) {
    EXPECT_EQ(table.data()[i], mark);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryFamily, Ntt,
                         ::testing::Combine(every_family(), ::testing::Range(10u, 18u)),
                         [](const auto& param) {
                           return std::string(std::get<0>(param.param)) + "_logN" +
                                  std::to_string(std::get<1>(param.param));
                         });

}  // namespace
}  // namespace blindfit::kernels::test
