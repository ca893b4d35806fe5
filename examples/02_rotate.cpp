// SPDX-License-Identifier: Apache-2.0
// Example 2: moves slots past each other, and adds up a whole vector without decrypting it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "blindfit/ckks/noise_model.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/seeded_ciphertext.h"

namespace blindfit {
namespace {

constexpr ckks::Scale kScale{0x1p35};
constexpr std::size_t kLevel = 2;

/// The largest |measured slot i - expected(i)|.
double worst_error(const ckks::Slots& measured,
                   const std::function<double(std::size_t)>& expected) {
  double worst = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    worst = std::max(worst, std::abs(measured[i] - expected(i)));
  }
  return worst;
}

/// Rotations by 0, 1, 2 and 3 times `stride`.
std::vector<ckks::Steps> window(std::size_t stride) {
  const auto s = static_cast<std::int64_t>(stride);
  return {{0}, {s}, {2 * s}, {3 * s}};
}

/// The limit of an error in a sum of `count` slots. Errors of different slots are uncorrelated, so
/// the variance of a sum is the sum of variances: count fresh errors and fewer than count key
/// switches, 3/4 + 3/16 + ... of it, because those of a stage are added up by the stages that
/// follow. The model bounds real and imaginary parts, hence the root of 2.
double allowed_error(const rlwe::Parameters& parameters, std::size_t count) {
  const ckks::NoiseModel noise(parameters);
  const double each =
      noise.slot_variance(noise.encoding() + noise.encryption() + noise.key_switch(kLevel), kScale);
  return std::sqrt(2.0) * noise.product_bound(static_cast<double>(count) * each);
}

/// Every number of steps needs a key of its own, made by the owner. A key reaches up to a level,
/// and its size grows with the square of it, so it is made for the level of its use and no higher.
rlwe::EvaluationKeys make_keys(const rlwe::Context& context, const owner::SecretKey& secret) {
  rlwe::EvaluationKeys keys;
  for (std::size_t stride = 1; stride < context.parameters().slots(); stride *= 4) {
    for (const ckks::Steps s : window(stride)) {
      if (s.value != 0) {
        const auto element = ckks::galois_element(s, context.parameters().log_n());
        keys.set_galois(owner::generate_galois_key(context, secret, element, kLevel));
      }
    }
  }
  return keys;
}

/// If only the sum of some rotations is wanted, they also share what ends each of them, the
/// division by the special primes. Sums of sums add up everything: 4 slots side by side, then 4
/// such windows that stand 4 apart, then 16 apart, ... In six stages with three rotations each,
/// instead of 4095 rotations, every slot gets the total.
ckks::Ciphertext sum_slots(const rlwe::Context& context, const rlwe::EvaluationKeys& keys,
                           ckks::Ciphertext ct) {
  for (std::size_t stride = 1; stride < context.parameters().slots(); stride *= 4) {
    ckks::sum_of_rotations(context, keys, ct, window(stride), ct);
  }
  return ct;
}

int run() {
  rlwe::ParametersLiteral literal;
  literal.log_n = 13;
  literal.log_q = {45, 35, 35, 35};
  literal.log_p = {50};
  const auto context = rlwe::make_context(rlwe::Parameters::make(literal).value()).value();
  const ckks::Encoder encoder(*context);
  const owner::SecretKey secret = owner::generate_secret_key(*context);
  const rlwe::EvaluationKeys keys = make_keys(*context, secret);
  const std::size_t n = encoder.slots();
  std::printf("%zu slots, %zu rotation keys up to level %zu\n", n, keys.size(), kLevel);

  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = std::sin(static_cast<double>(i * i % 1000));
  }
  const std::size_t top = context->parameters().max_level();
  ckks::Ciphertext ct =
      rlwe::expand(*context, owner::encrypt(*context, secret, encoder.encode(x, kScale, top)));
  const auto decrypt = [&](const ckks::Ciphertext& c) {
    return encoder.decode(owner::decrypt(*context, secret, c));
  };

  // Above their level the keys are as good as absent. Dropping a level costs nothing.
  ckks::Ciphertext turned;
  try {
    ckks::rotate(*context, keys, ct, ckks::Steps{1}, turned);
    throw std::logic_error("a key was used above its level");
  } catch (const base::Error& error) {
    std::printf("refused: %s\n", error.what());
  }
  ckks::drop_level(ct, kLevel);

  // Slot i of the result is slot i + 1 of the operand; slot 0 comes round at the end.
  ckks::rotate(*context, keys, ct, ckks::Steps{1}, turned);
  double worst = worst_error(decrypt(turned), [&](std::size_t i) { return x[(i + 1) % n]; });
  std::printf("rotated by 1: error %.2e\n", worst);

  // Rotations of one ciphertext start with the same work: cutting it into digits. Hoisted, they
  // share it.
  const auto hoisted = ckks::rotate_hoisted(*context, keys, ct, window(1));
  for (std::size_t s = 0; s < hoisted.size(); ++s) {
    const double error =
        worst_error(decrypt(hoisted[s]), [&](std::size_t i) { return x[(i + s) % n]; });
    std::printf("hoisted, by %zu: error %.2e\n", s, error);
    worst = std::max(worst, error);
  }

  const ckks::Ciphertext total = sum_slots(*context, keys, ct);
  const double expected = std::accumulate(x.begin(), x.end(), 0.0);
  const ckks::Slots totals = decrypt(total);
  const double total_error = worst_error(totals, [&](std::size_t) { return expected; });
  std::printf("sum of all slots: %.6f, expected %.6f, error %.2e\n", totals[0].real(), expected,
              total_error);

  const double allowed = allowed_error(context->parameters(), 1);
  const double total_allowed = allowed_error(context->parameters(), n);
  std::printf("noise model: at most %.2e a rotation, %.2e the sum\n", allowed, total_allowed);
  return worst <= allowed && total_error <= total_allowed ? 0 : 1;
}

}  // namespace
}  // namespace blindfit

int main() {
  return blindfit::run();
}
