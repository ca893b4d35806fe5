// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/bootstrapper.h"

#include <cmath>
#include <string>

#include "blindfit/bootstrap/mod_raise.h"

namespace blindfit::bootstrap {
namespace {

using base::Error;
using base::ErrorCode;
using ckks::Ciphertext;
using ckks::Scale;

/// Of eval_mod's operands and results: the size of its primes.
Scale eval_scale(const BootstrapParameters& parameters) {
  return {std::exp2(parameters.literal().eval_mod.bits)};
}

circuits::RefreshContract make_contract(const BootstrapParameters& parameters,
                                        const BootstrapMaterial& material,
                                        const BootstrapOptions& options) {
  const ckks::Context& main = material.encoder.context();
  if (main.parameters().fingerprint() != parameters.main().fingerprint() ||
      material.tiny.parameters().fingerprint() != parameters.tiny().fingerprint()) {
    throw Error(ErrorCode::kInvalidArgument, "contexts must be those of the parameters: log2(QP) " +
                                                 std::to_string(main.parameters().log_qp()));
  }
  const double ratio = parameters.message_ratio(options.log_slots);
  circuits::RefreshContract contract;
  contract.log_slots = options.log_slots;
  contract.input_level = options.signs.empty() ? 0 : 1;
  // The integer factor is at least 1, and rounding it may bring the message up by a half.
  contract.max_input_scale = {static_cast<double>(main.q(0)) / ratio};
  contract.max_magnitude = 1;
  contract.output_level = parameters.layout().output;
  contract.output_scale = options.output_scale;
  return contract;
}

ckks::Plaintext encoded_signs(const ckks::Encoder& encoder, std::span<const double> signs,
                              std::size_t slots) {
  if (signs.empty()) {
    return {};
  }
  if (signs.size() != slots) {
    throw Error(ErrorCode::kInvalidArgument, "signs must be as many as slots, " +
                                                 std::to_string(slots) + ": " +
                                                 std::to_string(signs.size()));
  }
  std::vector<double> all(encoder.slots());
  for (std::size_t j = 0; j < all.size(); ++j) {
    all[j] = signs[j % slots];
  }
  return encoder.encode(all, Scale{static_cast<double>(encoder.context().q(1))}, 1);
}

}  // namespace

std::vector<double> public_signs(const base::Seed& seed, std::size_t count) {
  base::SeededStream stream("blindfit/v1/signs", seed, 0);
  std::vector<std::uint8_t> bytes((count + 7) / 8);
  stream.read(bytes);
  std::vector<double> signs(count);
  for (std::size_t j = 0; j < count; ++j) {
    signs[j] = ((bytes[j / 8] >> (j % 8)) & 1U) != 0 ? -1 : 1;
  }
  return signs;
}

Bootstrapper::Bootstrapper(const BootstrapParameters& parameters, const BootstrapMaterial& material,
                           const BootstrapOptions& options)
    : material_(material),
      message_ratio_(parameters.message_ratio(options.log_slots)),
      contract_(make_contract(parameters, material, options)),
      eval_scale_(eval_scale(parameters)),
      signs_(encoded_signs(material.encoder, options.signs, std::size_t{1} << options.log_slots)),
      eval_mod_(parameters.literal()),
      coeffs_to_slots_(material.encoder, plan_transforms(parameters, options.log_slots),
                       {static_cast<double>(material.encoder.context().q(0)), eval_mod_.radius(),
                        eval_scale(parameters)}),
      slots_to_coeffs_(
          material.encoder, plan_transforms(parameters, options.log_slots),
          {eval_scale(parameters) / Scale{message_ratio_}, options.output_scale, options.signs}) {}

Ciphertext Bootstrapper::prepared(const Ciphertext& ct) const {
  if (ct.degree() != 1) {
    throw Error(ErrorCode::kInvalidArgument,
                "a ciphertext must be relinearized to degree 1 before it is refreshed: " +
                    std::to_string(ct.degree()));
  }
  if (ct.level() < contract_.input_level) {
    throw Error(ErrorCode::kLevelExhausted, "refreshing takes a level of at least " +
                                                std::to_string(contract_.input_level) + ": " +
                                                std::to_string(ct.level()));
  }
  if (!(ct.scale.value <= contract_.max_input_scale.value * (1 + 0x1p-10))) {
    throw Error(ErrorCode::kScaleMismatch, "refreshing takes a scale of at most 2^" +
                                               std::to_string(contract_.max_input_scale.log2()) +
                                               ": 2^" + std::to_string(ct.scale.log2()));
  }
  const ckks::Context& main = material_.encoder.context();
  Ciphertext low = ct;
  ckks::drop_level(low, contract_.input_level);
  if (contract_.input_level == 1) {
    ckks::multiply_plain(main, low, signs_, low);
    ckks::rescale(main, low);
    low.scale = ct.scale;
  }
  const double factor = std::round(contract_.max_input_scale.value / ct.scale.value);
  ckks::multiply_constant(main, low, factor, Scale{1}, low);
  low.scale = low.scale * Scale{factor};
  return low;
}

// The slots of eval_mod's operands are coefficients over q_0 whose fraction is message / ratio,
// where the ratio is q_0 / scale. The target of eval_mod takes up its deviation from
// message_ratio_, so that slots_to_coeffs always meets the scale it was encoded for.
Ciphertext Bootstrapper::refresh(const Ciphertext& ct) const {
  const ckks::Context& main = material_.encoder.context();
  const Ciphertext low = prepared(ct);
  const auto q0 = static_cast<double>(main.q(0));
  const double ratio = q0 / low.scale.value;
  const Ciphertext raised = mod_raise(main, material_.tiny, material_.encapsulation, low);
  std::vector<Ciphertext> parts = coeffs_to_slots_.apply(material_.keys, raised, material_.pool);
  const auto reduce = [&](std::size_t k) {
    const Scale target = eval_scale_ * Scale{ratio / message_ratio_};
    parts[k] = eval_mod_.apply(main, material_.keys, parts[k], target);
    parts[k].scale = parts[k].scale / Scale{ratio};
  };
  if (material_.pool != nullptr) {
    material_.pool->parallel_for(parts.size(), reduce);
  } else {
    for (std::size_t k = 0; k < parts.size(); ++k) {
      reduce(k);
    }
  }
  return slots_to_coeffs_.apply(material_.keys, parts, material_.pool);
}

}  // namespace blindfit::bootstrap
