// SPDX-License-Identifier: Apache-2.0
#include "bench/workbench.h"

#include <cmath>
#include <string>
#include <vector>

#include "blindfit/kernels/kernel_table.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/testing/engine.h"

namespace blindfit::bench {
namespace {

std::vector<unsigned> chain(unsigned first, unsigned others, std::size_t count) {
  std::vector<unsigned> bits(count, others);
  bits.front() = first;
  return bits;
}

}  // namespace

rlwe::ParametersLiteral parameter_set(unsigned log_n) {
  switch (log_n) {
    case 13:
      return {.log_n = 13, .log_q = chain(50, 40, 3), .log_p = {50}};
    case 14:
      return {.log_n = 14, .log_q = chain(50, 40, 6), .log_p = {50, 50}};
    case 15:
      return {.log_n = 15, .log_q = chain(50, 45, 13), .log_p = chain(47, 47, 5)};
    case 16:
      return {.log_n = 16, .log_q = chain(50, 50, 24), .log_p = chain(50, 50, 8)};
    default:
      throw base::Error(base::ErrorCode::kInvalidArgument,
                        "log_n must be in [13, 16]: " + std::to_string(log_n));
  }
}

ckks::Plaintext Session::encode(std::size_t level, std::uint64_t seed) const {
  return encoder.encode(testing::random_slots(encoder.slots(), 1, seed), scale, level);
}

ckks::Ciphertext Session::encrypt(std::size_t level, std::uint64_t seed) const {
  return rlwe::expand(context, owner::encrypt(context, secret, encode(level, seed)));
}

Workbench::Family::Family(const rlwe::Parameters& parameters, std::string_view isa)
    : context(parameters, *kernels::find_kernels(isa).value()), encoder(context) {}

Workbench::Workbench(unsigned log_n)
    : parameters_(rlwe::Parameters::make(parameter_set(log_n)).value()) {}

Session Workbench::session(std::string_view isa) {
  std::unique_ptr<Family>& family = families_[std::string(isa)];
  if (family == nullptr) {
    family = std::make_unique<Family>(parameters_, isa);
  }
  if (!secret_) {
    make_keys(family->context);
  }
  return {family->context, family->encoder, *secret_, keys_,
          ckks::Scale{std::exp2(parameters_.literal().log_q.back())}};
}

void Workbench::make_keys(const rlwe::Context& context) {
  const std::size_t level = parameters_.max_level();
  secret_.emplace(owner::generate_secret_key(context));
  keys_.set_relinearization(owner::generate_relinearization_key(context, *secret_, level));
  for (std::int64_t steps = 1; steps <= kRotations; ++steps) {
    const ring::GaloisElement g = ckks::galois_element(ckks::Steps{steps}, parameters_.log_n());
    keys_.set_galois(owner::generate_galois_key(context, *secret_, g, level));
  }
  const ring::GaloisElement conjugation = ckks::conjugation_element(parameters_.log_n());
  keys_.set_galois(owner::generate_galois_key(context, *secret_, conjugation, level));
}

double Workbench::key_bytes() const {
  const std::size_t level = parameters_.max_level();
  const std::size_t limbs = level + 1 + parameters_.p_primes().size();
  return static_cast<double>(2 * parameters_.digits(level) * limbs * parameters_.n() * 8);
}

double Workbench::ciphertext_bytes(std::size_t level) const {
  return static_cast<double>(2 * (level + 1) * parameters_.n() * 8);
}

}  // namespace blindfit::bench
