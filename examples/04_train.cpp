// SPDX-License-Identifier: Apache-2.0
// Example 4: trains a classifier of digits on ciphertexts, next to its plaintext mirror.
#include <cstdio>
#include <vector>

#include "blindfit/data/digits.h"
#include "blindfit/learn/cipher_machine.h"
#include "blindfit/learn/loss.h"
#include "blindfit/learn/plaintext_trainer.h"
#include "blindfit/learn/training_plan.h"
#include "blindfit/matrix/packing.h"
#include "blindfit/owner/encrypt.h"
#include "blindfit/owner/key_generation.h"
#include "blindfit/rlwe/seeded_ciphertext.h"

namespace blindfit {
namespace {
using Inputs = learn::TrainingInputs<ckks::Ciphertext>;

matrix::MatrixView view(const data::Matrix& m) {
  return {m.data(), static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())};
}

/// Before any key exists, both sides agree on everything: sizes, the polynomial in place of the
/// sigmoid, the steps. From that the planner derives the cheapest secure parameters, the tile, the
/// level of every upload and the keys, each with the level up to which it is needed.
learn::TrainingPlan make_plan(const data::Matrix& design, int classes,
                              const learn::TrainerOptions& options) {
  learn::PlanRequest request;
  request.spec.tiling.rows = static_cast<std::size_t>(design.rows());
  request.spec.tiling.features = static_cast<std::size_t>(design.cols());
  request.spec.tiling.classes = static_cast<std::size_t>(classes);
  request.spec.activation = std::get<learn::Activation>(options.activation);
  request.spec.steps = learn::schedule(options.optimizer, design.rows(), options.iterations);
  // Training starts from W = 0, where every probability is 1/2: the first gradient is the label
  // product (Y - 1/2)^T X, which the owner computes and uploads in place of the labels.
  request.spec.start = learn::Start::kZero;
  request.spec.labels = learn::LabelSource::kUploadedProduct;
  return learn::plan_training(request, learn::measure_cost_model(1)).value();
}

rlwe::EvaluationKeys make_keys(const rlwe::Context& context, const owner::SecretKey& secret,
                               const learn::KeyRequirements& needed) {
  rlwe::EvaluationKeys keys;
  if (needed.relinearization) {
    keys.set_relinearization(
        owner::generate_relinearization_key(context, secret, *needed.relinearization));
  }
  for (const auto& [element, level] : needed.galois) {
    keys.set_galois(owner::generate_galois_key(context, secret, element, level));
  }
  return keys;
}

/// The owner's upload: tiles of the data, and the label product in the layout of weights.
Inputs encrypt_inputs(const ckks::Encoder& encoder, const owner::SecretKey& secret,
                      const learn::TrainingPlan& plan, const data::Matrix& design,
                      std::span<const int> labels) {
  const matrix::Tiling& tiling = plan.spec.tiling;
  const auto encrypt = [&](const matrix::Slots& slots, std::size_t level) {
    const auto message = encoder.encode(slots, ckks::Scale{plan.spec.scale}, level);
    return rlwe::expand(encoder.context(), owner::encrypt(encoder.context(), secret, message));
  };
  Inputs in;
  const std::size_t across = tiling.feature_tiles();
  std::vector<ckks::Ciphertext> tiles;
  for (std::size_t i = 0; i < tiling.row_pairs() * across; ++i) {
    tiles.push_back(
        encrypt(matrix::pack_data(tiling, view(design), i / across, i % across), plan.levels.data));
  }
  in.data = learn::resident_data(tiling, std::move(tiles));
  data::Matrix targets = data::Matrix::Constant(
      design.rows(), static_cast<Eigen::Index>(tiling.classes), -0.5);  // Y - 1/2
  for (Eigen::Index i = 0; i < design.rows(); ++i) {
    targets(i, labels[static_cast<std::size_t>(i)]) = 0.5;
  }
  const data::Matrix product = targets.transpose() * design;
  in.label_products = {
      encrypt(matrix::pack_weights(tiling, view(product)), plan.levels.label_product)};
  return in;
}

/// The cloud's part. It sees ciphertexts, evaluation keys and the plan.
ckks::Ciphertext train(const ckks::Encoder& encoder, const rlwe::EvaluationKeys& keys,
                       const learn::TrainingSpec& spec, const Inputs& in) {
  base::ThreadPool pool;
  learn::CipherMachine machine(encoder, keys, spec, pool);
  learn::TrainingCircuit<learn::CipherMachine> circuit(machine, spec);
  learn::TrainingState<ckks::Ciphertext> state;
  for (std::size_t t = 0; t < spec.iterations(); ++t) {
    circuit.step(in, in.label_products, t, state);
  }
  std::printf("trained with %zu key switches\n", machine.key_switches());
  return *state.w;
}

int run() {
  // In the clear: 15 principal components of equal variance, and a column of ones.
  const data::Dataset digits = data::embedded_digits();
  const data::Dataset rows = data::head(digits, 512);
  const data::Dataset held_out = data::slice(digits, 512, digits.rows() - 512);
  const auto transform =
      data::fit_transform(rows.features, {data::TransformKind::kWhiten, 15, 0.0}).value();
  const data::Matrix design = learn::design_matrix(data::apply(transform, rows.features));

  // The mirror: the same polynomial and the same steps in double. It also tells the owner whether
  // all logits stay where the polynomial is close to the sigmoid, here [-4, 4].
  learn::TrainerOptions options;
  options.optimizer = {learn::Optimizer::kNag, 1.0, 2.0};
  options.activation = learn::fit_activation({3, 4.0, {}, learn::FitMethod::kMinimax, 0}).value();
  options.iterations = 2;
  const learn::TrainingTrace mirror = learn::train(design, rows.labels, digits.classes, options);
  std::printf("mirror: largest logit %.2f\n", mirror.largest_logit());

  const learn::TrainingPlan plan = make_plan(design, digits.classes, options);
  std::printf("plan: N = 2^%u, %zu levels, %zu keys, %zu ciphertexts to upload\n",
              plan.parameters.log_n, plan.parameters.log_q.size() - 1, plan.keys.count(),
              plan.costs.ciphertexts_uploaded);
  const auto context = rlwe::make_context(rlwe::Parameters::make(plan.parameters).value()).value();
  const ckks::Encoder encoder(*context);
  const owner::SecretKey secret = owner::generate_secret_key(*context);
  const rlwe::EvaluationKeys keys = make_keys(*context, secret, plan.keys);
  const Inputs in = encrypt_inputs(encoder, secret, plan, design, rows.labels);

  const ckks::Ciphertext trained = train(encoder, keys, plan.spec, in);
  const ckks::Slots slots = encoder.decode(owner::decrypt(*context, secret, trained));
  const std::vector<double> unpacked = matrix::unpack_weights(plan.spec.tiling, slots);
  const data::Matrix weights =
      Eigen::Map<const data::Matrix>(unpacked.data(), digits.classes, design.cols());
  const double error = (weights - mirror.weights()).cwiseAbs().maxCoeff();
  const learn::Head head = learn::make_head(weights, transform);  // acts on plain features
  const double accuracy = learn::accuracy(learn::logits(head, held_out.features), held_out.labels);
  std::printf("weights: worst difference to the mirror %.2e; accuracy on %td other rows %.1f %%\n",
              error, held_out.rows(), 100 * accuracy);
  // A rescaling leaves 2^-28 in a slot (one deviation); sums over rows, features and lanes make
  // that less than 2^-20, and 2^4 of those are never reached.
  return error < 0x1p-16 && accuracy > 0.8 ? 0 : 1;
}

}  // namespace
}  // namespace blindfit
int main() {
  return blindfit::run();
}
