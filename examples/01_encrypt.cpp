// SPDX-License-Identifier: Apache-2.0
// Example 1: computes (x + y) y + 3 x on two encrypted vectors, and shows what a level and a scale
// are.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "blindfit/ckks/arithmetic.h"
#include "blindfit/ckks/encoder.h"
#include "blindfit/ckks/noise_model.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/seeded_ciphertext.h"

namespace blindfit {
namespace {

constexpr ckks::Scale kScale{0x1p40};

void print_state(const char* what, const ckks::Ciphertext& ct) {
  std::printf("  %-24s level %zu, scale 2^%.6f, degree %zu\n", what, ct.level(), ct.scale.log2(),
              ct.degree());
}

/// What the noise model grants the worst slot of the result below, where |x|, |y| <= 1: every
/// operation adds its own variance, and a product multiplies the error of one factor by the other.
double allowed_error(const rlwe::Parameters& parameters) {
  const ckks::NoiseModel noise(parameters);
  const double fresh = noise.slot_variance(noise.encoding() + noise.encryption(), kScale);
  const double product = ckks::product_variance(2, 2 * fresh, 1, fresh) +
                         noise.slot_variance(noise.key_switch(2), kScale * kScale);
  const double rescaled = noise.slot_variance(noise.rescaling(), kScale);
  return noise.product_bound(product + 9 * fresh + 2 * rescaled);
}

/// Parameters are written as a literal, which anybody can fill in, and become Parameters only if
/// they are sound: primes that exist, and a modulus that the ring of degree 2^13 hides with 128
/// bits.
rlwe::Parameters make_parameters() {
  // Three primes q_0, q_1, q_2 for ciphertexts and a special one, which only key switching uses.
  rlwe::ParametersLiteral literal;
  literal.log_n = 13;
  literal.log_q = {50, 40, 40};
  literal.log_p = {50};
  // With two primes more the modulus is too large for the ring, and no option lifts that limit.
  rlwe::ParametersLiteral larger = literal;
  larger.log_q = {50, 40, 40, 40, 40};
  std::printf("refused: %s\n", rlwe::Parameters::make(larger).error().what());
  return rlwe::Parameters::make(literal).value();
}

/// The part that anybody can do who has the ciphertexts and the relinearization key, and that tells
/// them nothing: (x + y) y + 3 x.
ckks::Ciphertext compute(const rlwe::Context& context, const rlwe::EvaluationKeys& keys,
                         const ckks::Ciphertext& x, const ckks::Ciphertext& y) {
  print_state("fresh", x);
  // A sum costs next to nothing and changes neither level nor scale.
  ckks::Ciphertext sum;
  ckks::add(context, x, y, sum);
  print_state("x + y", sum);

  // A product has the product of both scales and three components; relinearization brings it back
  // to two.
  ckks::Ciphertext product = ckks::multiply(context, sum, y);
  print_state("(x + y) y", product);
  ckks::relinearize(context, keys, product);

  // Rescaling divides by the last prime and gives it up: the level counts the primes that can still
  // be given up, and at level 0 no further product is possible. The prime is near 2^40, not equal
  // to it; the scale that results is tracked exactly.
  ckks::rescale(context, product);
  print_state("relinearized, rescaled", product);

  // So x (scale 2^40) cannot be added to the product (scale 2^80 / q_2) ...
  ckks::Ciphertext result;
  try {
    ckks::add(context, product, x, result);
    throw std::logic_error("operands of different scales were added");
  } catch (const base::Error& error) {
    std::printf("refused: %s\n", error.what());
  }
  // ... but 3 x, made by the same steps, has the same scale.
  ckks::Ciphertext triple;
  ckks::multiply_constant(context, x, 3.0, kScale, triple);
  ckks::rescale(context, triple);
  ckks::add(context, product, triple, result);
  print_state("(x + y) y + 3 x", result);
  return result;
}

int run() {
  // The context holds all tables; everything else refers to it.
  const rlwe::Parameters parameters = make_parameters();
  const auto context = rlwe::make_context(parameters).value();
  const ckks::Encoder encoder(*context);

  // The owner's side: a secret key, and a relinearization key that may be given away. With it
  // others can multiply ciphertexts; they still cannot read them.
  const owner::SecretKey secret = owner::generate_secret_key(*context);
  rlwe::EvaluationKeys keys;
  keys.set_relinearization(
      owner::generate_relinearization_key(*context, secret, parameters.max_level()));

  // One plaintext holds N/2 = 4096 numbers, its slots. Encoding multiplies them by the scale and
  // rounds, so 2^40 keeps forty bits after the point.
  std::vector<double> x(encoder.slots());
  std::vector<double> y(encoder.slots());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::cos(static_cast<double>(i));
    y[i] = std::sin(0.5 * static_cast<double>(i));
  }
  const auto encrypt = [&](const std::vector<double>& values) {
    const auto plaintext = encoder.encode(values, kScale, parameters.max_level());
    // A fresh ciphertext travels with the seed of its random half; the receiver expands it.
    return rlwe::expand(*context, owner::encrypt(*context, secret, plaintext));
  };
  const ckks::Ciphertext result = compute(*context, keys, encrypt(x), encrypt(y));

  // The owner decrypts. CKKS is approximate: the noise of every step stays in the numbers, and its
  // size can be computed beforehand.
  const ckks::Slots slots = encoder.decode(owner::decrypt(*context, secret, result));
  double worst = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const double expected = (x[i] + y[i]) * y[i] + 3 * x[i];
    worst = std::max(worst, std::abs(slots[i] - expected));
    if (i < 4) {
      std::printf("  slot %zu: %.9f, expected %.9f\n", i, slots[i].real(), expected);
    }
  }
  // The model bounds the real and the imaginary part, so the modulus by sqrt(2) times as much.
  const double allowed = std::sqrt(2.0) * allowed_error(parameters);
  std::printf("worst of %zu slots: error %.2e, noise model: at most %.2e\n", slots.size(), worst,
              allowed);
  return worst <= allowed ? 0 : 1;
}

}  // namespace
}  // namespace blindfit

// An error that nobody catches ends the program with its message: enough for an example.
int main() {
  return blindfit::run();
}
