// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/journey/logits.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "apps/owner/journey/decryption.h"
#include "apps/program/exit_code.h"
#include "apps/program/job_files.h"
#include "blindfit/ckks/encoder.h"
#include "blindfit/ckks/noise_model.h"
#include "blindfit/learn/inference.h"
#include "blindfit/matrix/logit_packing.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/wire/ciphertext_file.h"
#include "blindfit/wire/load_file.h"

namespace blindfit::journey {
namespace {

using base::Error;
using base::ErrorCode;
using program::value_or_throw;
namespace fs = std::filesystem;

/// Of rows and weights, in the mean square.
constexpr double kLargestMagnitude = 16;

matrix::Tiling tiling_of(const OwnerFolder& owner, const wire::Query& query) {
  return value_or_throw(learn::query_tiling(owner.plan.plan.spec, query.shape()));
}

std::vector<wire::Role> roles_of(const matrix::Tiling& tiling, const wire::Query& query,
                                 std::size_t position) {
  return program::logit_roles(tiling, wire::query_fingerprint(query), position);
}

/// What the noise model grants slots without a logit, where the largest one is `largest`. There the
/// last mask leaves its rounding times the logits that it removes, of every class; where rows end a
/// logit of zeros: errors of the encrypted rows times weights, of a product, and of a fold that
/// adds up all feature blocks; and imaginary parts of weights times rows where there is no second
/// row tile. Weights and rows are taken to be at most kLargestMagnitude in the mean square. As for
/// weights an upper bound, meant to tell noise from what is no result.
double allowed_unused(const OwnerFolder& owner, const wire::Query& query,
                      const matrix::Tiling& tiling, double largest) {
  const ckks::NoiseModel noise(owner.context->parameters());
  const rlwe::Scale scale{owner.plan.plan.spec.scale};
  const auto variance = [&](double coefficients) {
    return noise.slot_variance(coefficients, scale);
  };
  const auto features = static_cast<double>(tiling.features);
  const auto blocks = static_cast<double>(tiling.tile.features);
  const double magnitude = kLargestMagnitude * kLargestMagnitude;
  const double step = variance(noise.rescaling() + 2 * noise.key_switch(learn::kQueryLevel));
  const double of_rows = variance(noise.encryption() + noise.encoding());
  const double of_weights = query.plain ? 0 : allowed_weight_error(owner);  // a bound, no variance
  const double logit = 2 * blocks * step + features * magnitude * (of_rows + 2 * step);
  const double masks =
      static_cast<double>(tiling.classes) * largest * largest * variance(noise.encoding());
  return noise.product_bound(4 * logit + masks + step) +
         std::sqrt(features) * kLargestMagnitude * of_weights;
}

}  // namespace

bool logits_are_there(const OwnerFolder& owner, const wire::Query& query, const fs::path& folder,
                      std::size_t position) {
  const auto roles = roles_of(tiling_of(owner, query), query, position);
  return std::all_of(roles.begin(), roles.end(), [&folder](const wire::Role& role) {
    return fs::exists(folder / program::ciphertext_file(role));
  });
}

LoadedLogits load_logits(const OwnerFolder& owner, const wire::Query& query, const fs::path& folder,
                         std::size_t position) {
  LoadedLogits loaded;
  base::Hasher hasher;
  for (const wire::Role& role : roles_of(tiling_of(owner, query), query, position)) {
    const fs::path path = folder / program::ciphertext_file(role);
    loaded.parts.push_back(value_or_throw(
        wire::load_file(path, wire::Limits{}, [&](std::span<const std::uint8_t> bytes) {
          hasher.update(bytes);
          return wire::load_ciphertext(bytes, owner.context->parameters(),
                                       {owner.key.key_set, role});
        })));
    const ckks::Ciphertext& ct = loaded.parts.back();
    // The canary is measured in units of the scale.
    if (ct.level() != 0 || ct.degree() != 1 || !ct.scale.matches({owner.plan.plan.spec.scale})) {
      throw Error(
          ErrorCode::kForeign,
          fmt::format("{}: logits stand at level 0, degree 1 and the plan's scale 2^{:.2f}: "
                      "{}, {} and 2^{:.2f}",
                      path.string(), std::log2(owner.plan.plan.spec.scale), ct.level(), ct.degree(),
                      ct.scale.log2()));
    }
  }
  loaded.digest = hasher.finish();
  return loaded;
}

DecryptedLogits decrypt_logits(const OwnerFolder& owner, const wire::Query& query,
                               const LoadedLogits& loaded) {
  const matrix::Tiling tiling = tiling_of(owner, query);
  const std::size_t parts = matrix::logit_parts(tiling);
  const ckks::Encoder encoder(*owner.context);
  DecryptedLogits opened;
  opened.logits.resize(static_cast<Eigen::Index>(tiling.rows),
                       static_cast<Eigen::Index>(tiling.classes));
  const std::span<double> logits(opened.logits.data(), tiling.rows * tiling.classes);
  for (std::size_t i = 0; i < loaded.parts.size(); ++i) {
    const matrix::Slots slots =
        encoder.decode(owner::decrypt(*owner.context, owner.key.secret, loaded.parts[i]));
    const matrix::LogitPart which{i / parts, i % parts};
    matrix::unpack_logits(tiling, which, slots, logits);
    opened.largest_unused =
        std::max(opened.largest_unused, matrix::largest_unused_logit(tiling, which, slots));
  }
  const double largest = opened.logits.cwiseAbs().maxCoeff();
  opened.allowed_unused = allowed_unused(owner, query, tiling, largest);
  if (!(opened.largest_unused <= opened.allowed_unused)) {
    throw Error(ErrorCode::kCanary,
                fmt::format("slots without a logit may be {:.2g} at most by the noise model: "
                            "{:.2g}; these are not the logits of this query",
                            opened.allowed_unused, opened.largest_unused));
  }
  return opened;
}

}  // namespace blindfit::journey
