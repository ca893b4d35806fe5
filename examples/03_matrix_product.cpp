// SPDX-License-Identifier: Apache-2.0
// Example 3: the logits A B^T of a data matrix and a weight matrix, both encrypted, by the Volley
// Revolver of the paper and by the tiles that training uses.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "blindfit/ckks/rotate.h"
#include "blindfit/matrix/fold.h"
#include "blindfit/matrix/packing.h"
#include "blindfit/matrix/volley_revolver.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/seeded_ciphertext.h"

namespace blindfit {
namespace {

constexpr std::size_t kRows = 200;     // samples
constexpr std::size_t kFeatures = 13;  // of each sample
constexpr std::size_t kClasses = 5;    // rows of B
constexpr ckks::Scale kScale{0x1p38};

// 4096 slots: 256 rows of 16 columns in either layout, zero beyond the matrices.
//
// Row by row, slot 16 i + j holds entry (i, j). B is repeated downwards and revolves past A a whole
// row at a time, so that in turn every row of A meets every row of B; each time the products of a
// row are added up by rotations inside the row. That is in matrix/volley_revolver.h.
constexpr matrix::RowMajorShape kShape{256, 16};
// In a tile, feature by feature, slot 256 j + i holds row i, feature j; the weights of class k
// stand once in every block of 256 slots, at lane k.
constexpr matrix::Tiling kTiling{{256, 16}, kRows, kFeatures, kClasses};

std::vector<matrix::FoldStage> spread_lane(std::size_t k) {
  return matrix::spread_from_lane(kTiling.tile.rows, kTiling.lane(k, 0));
}
/// A tile fills all slots, so this sum goes round the whole vector: every block gets it, and
/// nothing has to be masked.
std::vector<matrix::FoldStage> sum_features() {
  return matrix::fold_stages(kTiling.tile.features, kTiling.tile.rows);
}

ckks::Ciphertext fold(const rlwe::Context& context, const rlwe::EvaluationKeys& keys,
                      ckks::Ciphertext ct, const std::vector<matrix::FoldStage>& stages) {
  for (const matrix::FoldStage& stage : stages) {
    ckks::sum_of_rotations(context, keys, ct, stage, ct);
  }
  return ct;
}

/// The logits of class k, that of row i at slots 256 j + i for every j: cut out the lane, spread it
/// over the rows, multiply, add up the features. Two levels.
ckks::Ciphertext multiply_tile(const ckks::Encoder& encoder, const rlwe::EvaluationKeys& keys,
                               const ckks::Ciphertext& data, const ckks::Ciphertext& weights,
                               std::size_t k) {
  const rlwe::Context& context = encoder.context();
  // A mask at the scale of the next prime: rescaling then divides by just what it multiplied.
  const ckks::Scale q{static_cast<double>(context.q(weights.level()))};
  const std::vector<double> mask = matrix::bundle_mask(kTiling, kTiling.bundles()[k], 1);
  ckks::Ciphertext lane;
  ckks::multiply_plain(context, weights, encoder.encode(mask, q, weights.level()), lane);
  ckks::rescale(context, lane);
  lane = fold(context, keys, lane, spread_lane(k));
  ckks::Ciphertext product = ckks::multiply(context, data, lane);
  ckks::relinearize(context, keys, product);
  ckks::rescale(context, product);
  return fold(context, keys, product, sum_features());
}

/// Every rotation of either method, once.
std::vector<ckks::Steps> all_steps() {
  std::vector<ckks::Steps> steps = matrix::revolver_steps(kShape, kClasses);
  std::vector<matrix::FoldStage> stages = sum_features();
  for (std::size_t k = 0; k < kClasses; ++k) {
    const std::vector<matrix::FoldStage> more = spread_lane(k);
    stages.insert(stages.end(), more.begin(), more.end());
  }
  for (const matrix::FoldStage& stage : stages) {
    steps.insert(steps.end(), stage.begin(), stage.end());
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  steps.erase(std::remove(steps.begin(), steps.end(), ckks::Steps{0}), steps.end());
  return steps;
}

int run() {
  const rlwe::ParametersLiteral literal{13, {46, 38, 38, 38}, {50}, 0};
  const auto context = rlwe::make_context(rlwe::Parameters::make(literal).value()).value();
  const ckks::Encoder encoder(*context);
  const std::size_t top = context->parameters().max_level();
  const owner::SecretKey secret = owner::generate_secret_key(*context);
  rlwe::EvaluationKeys keys;
  keys.set_relinearization(owner::generate_relinearization_key(*context, secret, top));
  for (const ckks::Steps s : all_steps()) {
    const auto element = ckks::galois_element(s, literal.log_n);
    keys.set_galois(owner::generate_galois_key(*context, secret, element, top));
  }
  const auto encrypt = [&](const matrix::Slots& slots) {
    return rlwe::expand(*context,
                        owner::encrypt(*context, secret, encoder.encode(slots, kScale, top)));
  };
  const auto decrypt = [&](const ckks::Ciphertext& ct) {
    return encoder.decode(owner::decrypt(*context, secret, ct));
  };

  std::vector<double> values(kRows * kFeatures);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::sin(0.37 * static_cast<double>(i) + 1);
  }
  const matrix::MatrixView a{values.data(), kRows, kFeatures};
  const matrix::MatrixView b{values.data() + 100, kClasses, kFeatures};

  const ckks::Ciphertext revolved =
      matrix::multiply_transposed(encoder, keys, kShape, encrypt(matrix::pack_row_major(kShape, a)),
                                  encrypt(matrix::pack_revolving(kShape, b)), kClasses);
  const ckks::Slots by_revolver = decrypt(revolved);
  const ckks::Ciphertext data = encrypt(matrix::pack_data(kTiling, a, 0, 0));
  const ckks::Ciphertext weights = encrypt(matrix::pack_weights(kTiling, b));
  double revolver_error = 0;
  double tile_error = 0;
  for (std::size_t k = 0; k < kClasses; ++k) {
    const ckks::Slots by_tile = decrypt(multiply_tile(encoder, keys, data, weights, k));
    for (std::size_t i = 0; i < kRows; ++i) {
      double expected = 0;
      for (std::size_t j = 0; j < kFeatures; ++j) {
        expected += a.at(i, j) * b.at(k, j);
      }
      const std::complex<double> revolver = by_revolver[kShape.columns * i + k];
      revolver_error = std::max(revolver_error, std::abs(revolver - expected));
      tile_error = std::max(tile_error, std::abs(by_tile[kTiling.tile.slot(i, 0)] - expected));
    }
  }
  // A rescaling errs by sqrt(N / 18) sqrt(N) / 2^38 < 2^-27 at a slot (one deviation). The errors
  // of 256 slots of a lane and of 16 features are added up, 2^(4 + 2) deviations; another 2^4 cover
  // the number of such errors and the worst slot.
  constexpr double kAllowed = 0x1p-27 * 0x1p6 * 0x1p4;
  std::printf("revolver: error %.2e; tile: error %.2e; allowed: %.2e\n", revolver_error, tile_error,
              kAllowed);
  return revolver_error <= kAllowed && tile_error <= kAllowed ? 0 : 1;
}

}  // namespace
}  // namespace blindfit

int main() {
  return blindfit::run();
}
