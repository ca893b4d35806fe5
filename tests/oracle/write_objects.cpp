// SPDX-License-Identifier: Apache-2.0
// Writes one object of every kind with the slots it must hold, for tests/oracle/oracle.py to read.
#include <cmath>
#include <complex>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "blindfit/base/atomic_file.h"
#include "blindfit/ckks/arithmetic.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/samplers.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/testing/engine.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/owner_secret_key_file.h"
#include "blindfit/wire/switching_key_file.h"

namespace {

using namespace blindfit;
using ckks::Ciphertext;
using ckks::Slots;
using ckks::Steps;

constexpr double kErrorVariance = owner::kErrorSigma * owner::kErrorSigma;
constexpr double kSecretVariance = 2.0 / 3;
/// |complex Gaussian| exceeds this many standard deviations with probability exp(-36).
constexpr double kDeviations = 6;
/// Of no plan in particular.
constexpr base::Digest kPlan = {1, 2, 3};
constexpr double kLargestError = 39;  // Gaussian errors are cut at 12 sigma

void require(const base::Status& status) {
  if (!status) {
    throw base::Error(status.error());
  }
}

/// A ciphertext with the slots it should hold and a bound on each slot's error.
struct Tracked {
  Ciphertext ct;
  Slots slots;
  double bound;
};

class ObjectWriter {
 public:
  ObjectWriter(const rlwe::ParametersLiteral& literal, std::filesystem::path folder)
      : engine_(literal), folder_(std::move(folder)) {
    engine_.add_relinearization_key();
    engine_.add_rotation_keys({3});
    engine_.add_galois_key(ckks::galois_element(Steps{-1}, log_n()), 1);
    engine_.add_conjugation_key();
  }

  void write_everything();

 private:
  unsigned log_n() const { return engine_.context().parameters().log_n(); }
  double n() const { return static_cast<double>(engine_.context().parameters().n()); }
  /// What independent coefficient errors of this variance become on a slot.
  double slot_bound(double coefficient_variance, double scale) const {
    return kDeviations * std::sqrt(n() * coefficient_variance) / scale;
  }
  /// Rounding c_0 and c_1 to integers: variance 1/12 each, the second times s.
  double rounding_variance() const { return (1 + n() * kSecretVariance) / 12; }
  double key_switch_bound(std::size_t level, double scale) const;

  Tracked fresh(std::uint64_t seed, const std::string& name);
  Tracked product(const Tracked& a, const Tracked& b) const;
  Tracked rotated(const Tracked& a, std::int64_t steps) const;
  Tracked conjugated(const Tracked& a) const;

  void write_file(const std::string& name, std::span<const std::uint8_t> bytes);
  void list_ciphertext(const std::string& name, const Tracked& object);
  void write_ciphertext(const std::string& name, const Tracked& object);
  void write_galois(const std::string& name, ring::GaloisElement element, std::size_t level);
  void write_keys();

  testing::Engine engine_;
  std::filesystem::path folder_;
  wire::KeySetId key_set_ = wire::draw_key_set_id();
  nlohmann::json expected_ = {{"ciphertexts", nlohmann::json::array()},
                              {"keys", nlohmann::json::array()}};
};

double ObjectWriter::key_switch_bound(std::size_t level, double scale) const {
  const rlwe::Parameters& parameters = engine_.context().parameters();
  double log_p = 0;
  for (const std::uint64_t p : parameters.p_primes()) {
    log_p += std::log2(static_cast<double>(p));
  }
  // Each digit, uniform in an interval of its modulus around zero, times an error, divided by P.
  double variance = rounding_variance();
  for (std::size_t d = 0; d < parameters.digits(level); ++d) {
    double log_digit = 0;
    for (std::size_t i = d * parameters.digit_size();
         i <= level && i < (d + 1) * parameters.digit_size(); ++i) {
      log_digit += std::log2(static_cast<double>(parameters.q_primes()[i]));
    }
    variance += n() * kErrorVariance * std::exp2(2 * (log_digit - log_p)) / 12;
  }
  return slot_bound(variance, scale);
}

/// Written in both forms: as it travels and expanded.
Tracked ObjectWriter::fresh(std::uint64_t seed, const std::string& name) {
  const ckks::Scale scale{0x1p30};
  const Slots slots = testing::random_slots(engine_.slots(), 1, seed);
  const rlwe::SeededCiphertext seeded =
      owner::encrypt(engine_.context(), engine_.secret(),
                     engine_.encoder().encode(slots, scale, engine_.max_level()));
  const Tracked object{rlwe::expand(engine_.context(), seeded), slots,
                       slot_bound(kErrorVariance + 1.0 / 12, scale.value)};
  write_file(name + ".seeded",
             wire::save_seeded_ciphertext(engine_.context().parameters(),
                                          {key_set_, {wire::RoleKind::kLabels, 7, kPlan}}, seeded));
  list_ciphertext(name + ".seeded", object);
  write_ciphertext(name + ".expanded", object);
  return object;
}

Tracked ObjectWriter::product(const Tracked& a, const Tracked& b) const {
  Tracked result{ckks::multiply(engine_.context(), a.ct, b.ct), a.slots, 0};
  for (std::size_t j = 0; j < a.slots.size(); ++j) {
    result.slots[j] *= b.slots[j];
  }
  const double largest = std::sqrt(2.0);  // slots have both parts in [-1, 1]
  result.bound = largest * (a.bound + b.bound) + a.bound * b.bound;
  return result;
}

Tracked ObjectWriter::rotated(const Tracked& a, std::int64_t steps) const {
  Tracked result = a;
  ckks::rotate(engine_.context(), engine_.keys(), a.ct, Steps{steps}, result.ct);
  const auto count = static_cast<std::int64_t>(a.slots.size());
  for (std::int64_t j = 0; j < count; ++j) {
    result.slots[static_cast<std::size_t>(j)] =
        a.slots[static_cast<std::size_t>((j + steps + count) % count)];
  }
  result.bound += key_switch_bound(a.ct.level(), a.ct.scale.value);
  return result;
}

Tracked ObjectWriter::conjugated(const Tracked& a) const {
  Tracked result = a;
  ckks::conjugate(engine_.context(), engine_.keys(), a.ct, result.ct);
  for (std::complex<double>& slot : result.slots) {
    slot = std::conj(slot);
  }
  result.bound += key_switch_bound(a.ct.level(), a.ct.scale.value);
  return result;
}

void ObjectWriter::write_file(const std::string& name, std::span<const std::uint8_t> bytes) {
  require(base::write_file(folder_ / name, bytes));
}

void ObjectWriter::list_ciphertext(const std::string& name, const Tracked& object) {
  // A prime stride visits slots of every residue class; 128 of them keep the direct embedding fast.
  constexpr std::size_t kListed = 128;
  nlohmann::json entry = {{"file", name}, {"bound", object.bound}};
  for (std::size_t i = 0; i < kListed; ++i) {
    const std::size_t j = i * 1009 % object.slots.size();
    entry["slots"].push_back(j);
    entry["values"].push_back({object.slots[j].real(), object.slots[j].imag()});
  }
  expected_["ciphertexts"].push_back(entry);
}

void ObjectWriter::write_ciphertext(const std::string& name, const Tracked& object) {
  write_file(name, wire::save_ciphertext(engine_.context().parameters(), key_set_, object.ct));
  list_ciphertext(name, object);
}

void ObjectWriter::write_galois(const std::string& name, ring::GaloisElement element,
                                std::size_t level) {
  write_file(name, wire::save_galois_key(engine_.context().parameters(), key_set_,
                                         engine_.keys().galois(element, level)));
  expected_["keys"].push_back({{"file", name}, {"bound", kLargestError}});
}

void ObjectWriter::write_keys() {
  const rlwe::Parameters& parameters = engine_.context().parameters();
  write_file("relinearization.key",
             wire::save_plain_key(wire::PlainKey::kRelinearization, parameters, key_set_,
                                  engine_.keys().relinearization(engine_.max_level())));
  expected_["keys"].push_back({{"file", "relinearization.key"}, {"bound", kLargestError}});
  write_galois("left_3.key", ckks::galois_element(Steps{3}, log_n()), engine_.max_level());
  write_galois("right_1.key", ckks::galois_element(Steps{-1}, log_n()), 1);
  write_galois("conjugation.key", ckks::conjugation_element(log_n()), engine_.max_level());
  const wire::OwnerSecretKey owner_key{
      key_set_, owner::SecretKey(engine_.context(), engine_.secret().coefficients())};
  const wire::SecretBytes bytes = wire::save_owner_secret_key(parameters, owner_key);
  require(wire::write_owner_secret_key_file(folder_ / "owner.key", bytes));
  expected_["secret"] = "owner.key";
}

void ObjectWriter::write_everything() {
  const rlwe::Context& context = engine_.context();
  const Tracked a = fresh(1, "first");
  const Tracked b = fresh(2, "second");
  Tracked c = product(a, b);
  write_ciphertext("product", c);
  c.bound += key_switch_bound(c.ct.level(), c.ct.scale.value);
  ckks::relinearize(context, engine_.keys(), c.ct);
  write_ciphertext("relinearized", c);
  ckks::rescale(context, c.ct);
  c.bound += slot_bound(rounding_variance(), c.ct.scale.value);
  write_ciphertext("rescaled", c);
  write_ciphertext("rotated", rotated(c, 3));
  write_ciphertext("conjugated", conjugated(c));
  ckks::drop_level(c.ct, 1);
  write_ciphertext("dropped", c);
  c = rotated(c, -1);
  write_ciphertext("rotated_low", c);
  ckks::drop_level(c.ct, 0);
  write_ciphertext("level_zero", c);
  write_keys();
  const std::string text = expected_.dump(1);
  write_file("expected.json", {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// "small": a partial last digit, two special primes. "secure": within the 128-bit cap of log_n 13.
rlwe::ParametersLiteral literal(const std::string& size) {
  if (size == "small") {
    return {.log_n = 10, .log_q = {45, 30, 30, 31, 30}, .log_p = {45, 36}, .digit_size = 2};
  }
  return {.log_n = 13, .log_q = {45, 30, 31, 30}, .log_p = {50}, .digit_size = 1};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s small|secure FOLDER\n", argv[0]);
    return 2;
  }
  try {
    ObjectWriter(literal(argv[1]), argv[2]).write_everything();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
