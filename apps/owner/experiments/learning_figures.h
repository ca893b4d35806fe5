// SPDX-License-Identifier: Apache-2.0
// What an encrypted run learned, iteration by iteration, beside its mirror, the exact sigmoid and
// the owner alone.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/owner/experiments/experiment.h"
#include "apps/owner/journey/owner_folder.h"

namespace blindfit::experiments {

/// Decrypts the weights of every iteration in `result` and classifies both parts of `rows` with
/// them. One entry an iteration: train_accuracy, heldout_accuracy (and test_accuracy, the same),
/// mirror_accuracy (the same polynomial in the clear), plain_accuracy (the exact sigmoid),
/// rows_different (held-out rows classified otherwise than by the mirror), weight_error (largest,
/// relative to the mirror's largest weight). One for the run: max_weight_error (absolute),
/// largest_logit, largest_weight, owner_only_accuracy, and for two classes auc, mirror_auc and
/// plain_auc (held out, after the last iteration). Throws what decryption throws.
nlohmann::json learning_figures(const journey::OwnerFolder& owner,
                                const std::filesystem::path& result, const Rows& rows,
                                const journey::PreparedData& prepared,
                                const learn::TrainingTrace& mirror);

}  // namespace blindfit::experiments
