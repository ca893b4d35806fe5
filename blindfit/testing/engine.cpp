// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/engine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::testing {
namespace {

std::shared_ptr<const rlwe::Context> insecure_context(const rlwe::ParametersLiteral& literal,
                                                      std::string_view kernels) {
  const auto table = kernels.empty() ? kernels::default_kernels() : kernels::find_kernels(kernels);
  return std::make_shared<const rlwe::Context>(InsecureParameters::make(literal), *table.value());
}

/// splitmix64: enough for test inputs, and the same on every platform.
std::uint64_t next(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

double next_in_unit(std::uint64_t& state) {
  return static_cast<double>(next(state) >> 11U) * 0x1p-52 - 1;
}

}  // namespace

Engine::Engine(const rlwe::ParametersLiteral& literal, std::string_view kernels)
    : context_(insecure_context(literal, kernels)),
      encoder_(*context_),
      secret_(owner::generate_secret_key(*context_)) {}

std::size_t Engine::max_level() const noexcept {
  return context_->parameters().max_level();
}

void Engine::add_relinearization_key() {
  add_relinearization_key(max_level());
}

void Engine::add_relinearization_key(std::size_t level) {
  keys_.set_relinearization(owner::generate_relinearization_key(*context_, secret_, level));
}

void Engine::add_rotation_keys(std::initializer_list<std::int64_t> steps) {
  for (const std::int64_t s : steps) {
    add_galois_key(ckks::galois_element(ckks::Steps{s}, context_->parameters().log_n()),
                   max_level());
  }
}

void Engine::add_galois_key(ring::GaloisElement element, std::size_t level) {
  keys_.set_galois(owner::generate_galois_key(*context_, secret_, element, level));
}

void Engine::add_conjugation_key() {
  add_galois_key(ckks::conjugation_element(context_->parameters().log_n()), max_level());
}

ckks::Ciphertext Engine::encrypt(std::span<const std::complex<double>> values, ckks::Scale scale,
                                 std::size_t level) const {
  const ckks::Plaintext message = encoder_.encode(values, scale, level);
  return rlwe::expand(*context_, owner::encrypt(*context_, secret_, message));
}

ckks::Slots Engine::decrypt(const ckks::Ciphertext& ct) const {
  return encoder_.decode(owner::decrypt(*context_, secret_, ct));
}

ckks::Slots random_slots(std::size_t count, double magnitude, std::uint64_t seed) {
  ckks::Slots values(count);
  for (std::complex<double>& value : values) {
    const double real = magnitude * next_in_unit(seed);
    const double imag = magnitude * next_in_unit(seed);
    value = {real, imag};
  }
  return values;
}

double worst_error(std::span<const std::complex<double>> measured,
                   std::span<const std::complex<double>> expected) {
  if (measured.size() != expected.size()) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "slot vectors must have equal sizes: " + std::to_string(measured.size()) +
                          " and " + std::to_string(expected.size()));
  }
  double worst = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const std::complex<double> error = measured[i] - expected[i];
    if (std::isnan(error.real()) || std::isnan(error.imag())) {
      return std::numeric_limits<double>::infinity();
    }
    worst = std::max({worst, std::abs(error.real()), std::abs(error.imag())});
  }
  return worst;
}

}  // namespace blindfit::testing
