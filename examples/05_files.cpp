// SPDX-License-Identifier: Apache-2.0
// Example 5: sends a ciphertext and a key through files, and shows what a reader refuses.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "blindfit/ckks/rotate.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"
#include "blindfit/wire/parameters_file.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit {
namespace {
namespace fs = std::filesystem;
using Bytes = std::span<const std::uint8_t>;

/// Whole or absent: a file is written under another name first. Writing returns a Status, which
/// must not be ignored; value() throws the error that it may hold.
void write(const fs::path& path, Bytes bytes) {
  static_cast<void>(base::write_file(path, bytes).value());
  std::printf("%-12s %7zu bytes\n", path.filename().c_str(), bytes.size());
}

/// The cloud's part, from files to a file: doubles every slot and adds its neighbour.
void compute(const fs::path& folder, const wire::KeySetId& key_set) {
  // A file names the parameters and the key set that it belongs to. All that a reader does with its
  // bytes starts with a comparison: of sizes with the limits, of the checksum, of the names.
  const wire::Limits limits;
  const auto parameters = wire::load_file(folder / "parameters", limits, [](Bytes bytes) {
                            return wire::load_parameters(bytes);
                          }).value();
  const auto context = rlwe::make_context(parameters).value();
  const auto seeded = wire::load_file(folder / "input", limits, [&](Bytes bytes) {
                        return wire::load_seeded_ciphertext(bytes, parameters, key_set);
                      }).value();
  auto key = wire::load_file(folder / "key", limits, [&](Bytes bytes) {
               return wire::load_galois_key(bytes, parameters, key_set);
             }).value();

  // Half of a fresh ciphertext and of a key is uniform, so a seed of 32 bytes stands for it.
  rlwe::expand_seed(*context, key.key);
  rlwe::EvaluationKeys keys;
  keys.set_galois(std::move(key));
  const ckks::Ciphertext ct = rlwe::expand(*context, seeded);
  ckks::Ciphertext out;
  ckks::sum_of_rotations(*context, keys, ct, std::vector<ckks::Steps>{{0}, {0}, {1}}, out);
  write(folder / "result", wire::save_ciphertext(parameters, key_set, out));
}

void expect_refusal(const base::Result<ckks::Ciphertext>& loaded, base::ErrorCode code) {
  if (loaded.ok() || loaded.error().code() != code) {
    throw std::logic_error(std::string("a reader must refuse this as ") + base::to_string(code));
  }
  std::printf("refused as %s: %s\n", base::to_string(code), loaded.error().what());
}

int run() {
  const rlwe::ParametersLiteral literal{13, {50, 40}, {50}, 0};
  const auto parameters = rlwe::Parameters::make(literal).value();
  const auto context = rlwe::make_context(parameters).value();
  const ckks::Encoder encoder(*context);
  const owner::SecretKey secret = owner::generate_secret_key(*context);
  // One random name for all that is made with this secret key.
  const wire::KeySetId key_set = wire::draw_key_set_id();
  const fs::path folder =
      fs::temp_directory_path() / ("blindfit-example-" + wire::short_hex(key_set.bytes));
  fs::create_directory(folder);

  std::vector<double> x(encoder.slots());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::sin(static_cast<double>(i));
  }
  const auto message = encoder.encode(x, ckks::Scale{0x1p40}, 1);
  const auto element = ckks::galois_element(ckks::Steps{1}, literal.log_n);
  write(folder / "parameters", wire::save_parameters(parameters));
  write(folder / "input", wire::save_seeded_ciphertext(parameters, key_set,
                                                       owner::encrypt(*context, secret, message)));
  write(folder / "key",
        wire::save_galois_key(parameters, key_set,
                              owner::generate_galois_key(*context, secret, element, 1)));

  compute(folder, key_set);

  std::vector<std::uint8_t> bytes =
      base::read_file(folder / "result", wire::Limits{}.max_bytes).value();
  fs::remove_all(folder);
  const auto result = wire::load_ciphertext(bytes, parameters, key_set).value();
  const ckks::Slots slots = encoder.decode(owner::decrypt(*context, secret, result));
  double worst = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    worst = std::max(worst, std::abs(slots[i] - (2 * x[i] + x[(i + 1) % x.size()])));
  }
  std::printf("worst error %.2e\n", worst);

  // Files of another key set, and files with a flipped bit, are no ciphertexts to us.
  expect_refusal(wire::load_ciphertext(bytes, parameters, wire::draw_key_set_id()),
                 base::ErrorCode::kForeign);
  bytes[bytes.size() / 2] ^= 1U;
  expect_refusal(wire::load_ciphertext(bytes, parameters, key_set), base::ErrorCode::kCorrupt);

  // A fresh error and a key switch leave less than 2^-25 in a slot (one deviation).
  return worst < 0x1p-20 ? 0 : 1;
}

}  // namespace
}  // namespace blindfit

int main() {
  return blindfit::run();
}
