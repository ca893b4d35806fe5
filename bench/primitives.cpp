// SPDX-License-Identifier: Apache-2.0
#include "bench/primitives.h"

#include <array>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "blindfit/ckks/arithmetic.h"
#include "blindfit/ckks/rotate.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/key_switch.h"
#include "blindfit/rlwe/seeded_ciphertext.h"
#include "blindfit/testing/engine.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit::bench {
namespace {

using ckks::Ciphertext;
using ckks::Plaintext;
using ckks::Steps;

// A product of that many ciphertexts with each other stays in memory of any machine.
constexpr std::size_t kDistinctFactors = 8;
constexpr std::size_t kProducts = 64;

Run encode(const Session& s, std::size_t level) {
  return [s, level, values = testing::random_slots(s.encoder.slots(), 1, 1)] {
    benchmark::DoNotOptimize(s.encoder.encode(values, s.scale, level));
  };
}

Run encrypt(const Session& s, std::size_t level) {
  return [s, message = s.encode(level, 1)] {
    benchmark::DoNotOptimize(owner::encrypt(s.context, s.secret, message));
  };
}

Run decrypt_decode(const Session& s, std::size_t level) {
  return [s, ct = s.encrypt(level, 1)] {
    benchmark::DoNotOptimize(s.encoder.decode(owner::decrypt(s.context, s.secret, ct)));
  };
}

Run add(const Session& s, std::size_t level) {
  return [s, a = s.encrypt(level, 1), b = s.encrypt(level, 2), out = Ciphertext()]() mutable {
    ckks::add(s.context, a, b, out);
  };
}

Run multiply_plain_rescale(const Session& s, std::size_t level) {
  return [s, a = s.encrypt(level, 1), b = s.encode(level, 2), out = Ciphertext()]() mutable {
    ckks::multiply_plain_and_rescale(s.context, a, b, out);
  };
}

Run multiply_relinearize_rescale(const Session& s, std::size_t level) {
  return [s, a = s.encrypt(level, 1), b = s.encrypt(level, 2)] {
    Ciphertext product = ckks::multiply(s.context, a, b);
    ckks::relinearize_and_rescale(s.context, s.keys, product);
  };
}

Run multiply_only(const Session& s, std::size_t level) {
  return [s, a = s.encrypt(level, 1), b = s.encrypt(level, 2)] {
    benchmark::DoNotOptimize(ckks::multiply(s.context, a, b));
  };
}

// These two work in place, so that their times include a copy.
Run relinearize(const Session& s, std::size_t level) {
  const Ciphertext factor = s.encrypt(level, 1);
  return [s, product = ckks::multiply(s.context, factor, factor), ct = Ciphertext()]() mutable {
    ct = product;
    ckks::relinearize(s.context, s.keys, ct);
  };
}

Run rescale(const Session& s, std::size_t level) {
  return [s, ct = s.encrypt(level, 1), out = Ciphertext()]() mutable {
    out = ct;
    ckks::rescale(s.context, out);
  };
}

Run accumulate_products(const Session& s, std::size_t level) {
  std::vector<Ciphertext> factors;
  for (std::size_t i = 0; i < kDistinctFactors; ++i) {
    factors.push_back(s.encrypt(level, i));
  }
  return [s, factors = std::move(factors)] {
    Ciphertext sum;
    for (std::size_t i = 0; i < kProducts; ++i) {
      ckks::multiply_add(s.context, factors[i / kDistinctFactors], factors[i % kDistinctFactors],
                         sum);
    }
    ckks::relinearize(s.context, s.keys, sum);
  };
}

Run rotate(const Session& s, std::size_t level) {
  return [s, ct = s.encrypt(level, 1), out = Ciphertext()]() mutable {
    ckks::rotate(s.context, s.keys, ct, Steps{1}, out);
  };
}

Run conjugate(const Session& s, std::size_t level) {
  return [s, ct = s.encrypt(level, 1), out = Ciphertext()]() mutable {
    ckks::conjugate(s.context, s.keys, ct, out);
  };
}

std::vector<Steps> consecutive_steps(std::int64_t first, std::size_t count) {
  std::vector<Steps> steps(count);
  for (std::size_t i = 0; i < count; ++i) {
    steps[i].value = first + static_cast<std::int64_t>(i);
  }
  return steps;
}

template <std::size_t kCount>
Run rotate_hoisted(const Session& s, std::size_t level) {
  static_assert(kCount <= kRotations);
  return [s, ct = s.encrypt(level, 1), steps = consecutive_steps(1, kCount)] {
    benchmark::DoNotOptimize(ckks::rotate_hoisted(s.context, s.keys, ct, steps));
  };
}

Run sum_of_4_rotations(const Session& s, std::size_t level) {
  return
      [s, ct = s.encrypt(level, 1), steps = consecutive_steps(0, 4), out = Ciphertext()]() mutable {
        ckks::sum_of_rotations(s.context, s.keys, ct, steps, out);
      };
}

// All limbs of one polynomial to coefficients and back: twice as many transforms as limbs.
Run ntt_round_trip(const Session& s, std::size_t level) {
  return [s, plaintext = s.encode(level, 1)]() mutable {
    ring::to_coefficient(s.context.ring(), plaintext.poly);
    ring::to_evaluation(s.context.ring(), plaintext.poly);
  };
}

Run gadget_decompose(const Session& s, std::size_t level) {
  return [s, ct = s.encrypt(level, 1)] {
    benchmark::DoNotOptimize(rlwe::gadget_decompose(s.context, ct.parts[1]));
  };
}

Run gadget_product(const Session& s, std::size_t level) {
  const Ciphertext ct = s.encrypt(level, 1);
  // The decomposition may not be copied cheaply, and std::function copies what it holds.
  auto digits =
      std::make_shared<const rlwe::Decomposition>(rlwe::gadget_decompose(s.context, ct.parts[1]));
  return [s, digits] {
    const std::size_t top = s.context.parameters().max_level();
    benchmark::DoNotOptimize(
        rlwe::gadget_product_lazy(s.context, *digits, s.keys.relinearization(top)));
  };
}

Run mod_down(const Session& s, std::size_t level) {
  const Ciphertext ct = s.encrypt(level, 1);
  const rlwe::Decomposition digits = rlwe::gadget_decompose(s.context, ct.parts[1]);
  const std::size_t top = s.context.parameters().max_level();
  rlwe::LazyPair pair = rlwe::gadget_product_lazy(s.context, digits, s.keys.relinearization(top));
  return [s, pair = std::move(pair), u0 = ring::Poly(), u1 = ring::Poly()]() mutable {
    rlwe::mod_down(s.context, pair, u0, u1);  // leaves residues in `pair`, and any will do
  };
}

ring::GaloisElement one_step(const Session& s) {
  return ckks::galois_element(Steps{1}, s.context.parameters().log_n());
}

Run generate_rotation_key(const Session& s, std::size_t level) {
  return [s, level] {
    benchmark::DoNotOptimize(owner::generate_galois_key(s.context, s.secret, one_step(s), level));
  };
}

Run generate_relinearization_key(const Session& s, std::size_t level) {
  return [s, level] {
    benchmark::DoNotOptimize(owner::generate_relinearization_key(s.context, s.secret, level));
  };
}

Run save_rotation_key(const Session& s, std::size_t level) {
  const rlwe::GaloisKey& key = s.keys.galois(one_step(s), level);
  return [s, &key] {
    benchmark::DoNotOptimize(wire::save_galois_key(s.context.parameters(), {}, key));
  };
}

Run load_rotation_key(const Session& s, std::size_t level) {
  return [s, bytes = wire::save_galois_key(s.context.parameters(), {},
                                           s.keys.galois(one_step(s), level))] {
    rlwe::GaloisKey key = wire::load_galois_key(bytes, s.context.parameters(), {}).value();
    rlwe::expand_seed(s.context, key.key);
  };
}

Run save_ciphertext(const Session& s, std::size_t level) {
  return [s, ct = s.encrypt(level, 1)] {
    benchmark::DoNotOptimize(wire::save_ciphertext(s.context.parameters(), {}, ct));
  };
}

Run load_ciphertext(const Session& s, std::size_t level) {
  return [s, bytes = wire::save_ciphertext(s.context.parameters(), {}, s.encrypt(level, 1))] {
    benchmark::DoNotOptimize(wire::load_ciphertext(bytes, s.context.parameters(), {}).value());
  };
}

Run save_upload(const Session& s, std::size_t level) {
  const auto fresh = std::make_shared<const rlwe::SeededCiphertext>(
      owner::encrypt(s.context, s.secret, s.encode(level, 1)));
  return [s, fresh] {
    benchmark::DoNotOptimize(wire::save_seeded_ciphertext(s.context.parameters(), {}, *fresh));
  };
}

Run load_upload(const Session& s, std::size_t level) {
  const rlwe::SeededCiphertext fresh = owner::encrypt(s.context, s.secret, s.encode(level, 1));
  return [s, bytes = wire::save_seeded_ciphertext(s.context.parameters(), {}, fresh)] {
    const auto loaded = wire::load_seeded_ciphertext(bytes, s.context.parameters(), {});
    benchmark::DoNotOptimize(rlwe::expand(s.context, loaded.value()));
  };
}

using enum Attention;
constexpr bool kSlow = true;
constexpr std::array kPrimitives{
    Primitive{"MultiplyRelinearizeRescale", &multiply_relinearize_rescale, kHeadline,
              Traffic::kKeySwitch},
    Primitive{"Rotate", &rotate, kHeadline, Traffic::kKeySwitch},
    Primitive{"RotateHoisted8", &rotate_hoisted<8>, kPlain, Traffic::kUnknown, kSlow},
    Primitive{"RotateHoisted16", &rotate_hoisted<16>, kHeadline, Traffic::kUnknown, kSlow},
    Primitive{"SumOf4Rotations", &sum_of_4_rotations},
    Primitive{"Conjugate", &conjugate},
    Primitive{"Encode", &encode, kHeadline},
    Primitive{"Encrypt", &encrypt, kHeadline},
    Primitive{"DecryptDecode", &decrypt_decode, kHeadline},
    Primitive{"Add", &add, kHeadline, Traffic::kAddition},
    Primitive{"MultiplyPlainRescale", &multiply_plain_rescale, kHeadline},
    Primitive{"Accumulate64Products", &accumulate_products, kPlain, Traffic::kUnknown, kSlow},
    Primitive{"Multiply", &multiply_only},
    Primitive{"Relinearize", &relinearize},
    Primitive{"Rescale", &rescale},
    Primitive{"NttRoundTrip", &ntt_round_trip},
    Primitive{"GadgetDecompose", &gadget_decompose},
    Primitive{"GadgetProduct", &gadget_product},
    Primitive{"ModDown", &mod_down},
    Primitive{"GenerateRotationKey", &generate_rotation_key},
    Primitive{"GenerateRelinearizationKey", &generate_relinearization_key},
    Primitive{"SaveRotationKey", &save_rotation_key},
    Primitive{"LoadRotationKey", &load_rotation_key},
    Primitive{"SaveCiphertext", &save_ciphertext},
    Primitive{"LoadCiphertext", &load_ciphertext},
    Primitive{"SaveUpload", &save_upload},
    Primitive{"LoadUpload", &load_upload},
};

}  // namespace

std::span<const Primitive> primitives() {
  return kPrimitives;
}

}  // namespace blindfit::bench
