// SPDX-License-Identifier: Apache-2.0
// The same ciphertexts and keys through every kernel family and any number of threads: the same
// bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "blindfit/base/thread_pool.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/kernels/kernel_table.h"
#include "blindfit/testing/engine.h"

namespace blindfit::ckks {
namespace {

using blindfit::testing::Engine;
using blindfit::testing::random_slots;

constexpr Scale kScale{0x1p36};

std::vector<std::uint64_t> words(const ring::Poly& poly) {
  std::vector<std::uint64_t> result;
  for (std::size_t i = 0; i < poly.limbs(); ++i) {
    result.insert(result.end(), poly.limb(i).begin(), poly.limb(i).end());
  }
  return result;
}

std::vector<std::uint64_t> words(const Ciphertext& ct) {
  std::vector<std::uint64_t> result;
  for (const ring::Poly& part : ct.parts) {
    const std::vector<std::uint64_t> limbs = words(part);
    result.insert(result.end(), limbs.begin(), limbs.end());
  }
  return result;
}

/// One of everything; each entry is the words of one result.
std::vector<std::vector<std::uint64_t>> run_everything(const Context& context,
                                                       const EvaluationKeys& keys,
                                                       const Ciphertext& x, const Ciphertext& y) {
  std::vector<std::vector<std::uint64_t>> results;
  const auto keep = [&](const Ciphertext& ct) { results.push_back(words(ct)); };
  const Encoder encoder(context);
  const Plaintext plain = encoder.encode(random_slots(encoder.slots(), 1, 9), kScale, y.level());
  results.push_back(words(plain.poly));
  Ciphertext z;
  add(context, x, y, z);
  keep(z);
  subtract(context, z, x, z);
  multiply_by_i(context, z, z);
  add_constant(context, {0.5, -0.25}, z);
  keep(z);
  multiply_plain(context, x, plain, z);
  multiply_plain_add(context, y, plain, z);
  multiply_constant_add(context, y, -0.7, kScale, z);
  keep(z);
  multiply_add(context, x, y, z);
  relinearize(context, keys, z);
  keep(z);
  rescale(context, z);
  keep(z);
  rotate(context, keys, z, Steps{3}, z);
  conjugate(context, keys, z, z);
  keep(z);
  const std::vector<Steps> steps = {{0}, {3}, {-1}};
  sum_of_rotations(context, keys, x, steps, z);
  keep(z);
  for (const Ciphertext& rotated : rotate_hoisted(context, keys, y, steps)) {
    keep(rotated);
  }
  return results;
}

struct Setting {
  std::string kernels;
  rlwe::ParametersLiteral literal;
};

std::vector<Setting> settings() {
  std::vector<Setting> result;
  for (const std::string name : {"avx512ifma", "avx2", "scalar"}) {
    result.push_back({name, {10, {50, 36, 36, 17, 36}, {50, 50}, 2}});
    result.push_back({name, {12, {50, 49, 48, 36}, {50}, 1}});
    result.push_back({name, {13, {40, 36, 36}, {45, 45, 45}, 0}});
  }
  return result;
}

class KernelFamily : public ::testing::TestWithParam<Setting> {};
INSTANTIATE_TEST_SUITE_P(Agreement, KernelFamily, ::testing::ValuesIn(settings()),
                         [](const auto& instance) {
                           return instance.param.kernels + "_logN" +
                                  std::to_string(instance.param.literal.log_n);
                         });

TEST_P(KernelFamily, GivesTheBitsOfTheScalarFamily) {
  const auto family = kernels::find_kernels(GetParam().kernels);
  if (!family) {
    GTEST_SKIP() << family.error().what();
  }
  Engine engine(GetParam().literal, "scalar");
  engine.add_relinearization_key();
  engine.add_conjugation_key();
  engine.add_rotation_keys({3, -1});
  const std::size_t top = engine.max_level();
  const Ciphertext x = engine.encrypt(random_slots(engine.slots(), 1, 1), kScale, top);
  const Ciphertext y = engine.encrypt(random_slots(engine.slots(), 1, 2), kScale, top - 1);
  const Context other(engine.context().parameters(), **family);
  const auto expected = run_everything(engine.context(), engine.keys(), x, y);
  const auto measured = run_everything(other, engine.keys(), x, y);
  ASSERT_EQ(measured.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_EQ(measured[k], expected[k]) << "result " << k;
  }
  // Control: another operand, other bits.
  EXPECT_NE(run_everything(other, engine.keys(), y, x)[3], expected[3]);
}

TEST(Engine, GivesTheSameBitsOnFourThreadsAsOnOneThread) {
  Engine engine({10, {50, 36, 36, 36}, {50}, 1});
  engine.add_relinearization_key();
  engine.add_conjugation_key();
  engine.add_rotation_keys({3, -1});
  std::vector<Ciphertext> inputs;
  for (std::uint64_t k = 0; k < 9; ++k) {
    inputs.push_back(engine.encrypt(random_slots(engine.slots(), 1, k), kScale, 3));
  }
  const auto run = [&](std::size_t threads) {
    std::vector<std::vector<std::vector<std::uint64_t>>> results(8);
    base::ThreadPool pool(threads);
    // Context, keys, encoder tables and the shared operand are read by all at once.
    pool.parallel_for(results.size(), [&](std::size_t k) {
      results[k] = run_everything(engine.context(), engine.keys(), inputs[k], inputs[8]);
    });
    return results;
  };
  EXPECT_EQ(run(4), run(1));
}

}  // namespace
}  // namespace blindfit::ckks
