// SPDX-License-Identifier: Apache-2.0
// From a result folder to a head of plain features.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "apps/owner/journey/owner_folder.h"
#include "blindfit/learn/head.h"

namespace blindfit::journey {

/// Weights of one iteration as the cloud computed them.
struct DecryptedWeights {
  data::Matrix weights;       ///< classes x design columns
  double largest_unused = 0;  ///< of the slots that must be zero
  double allowed_unused = 0;  ///< what the noise model grants them
};

/// Decrypts W after iteration `iteration` (from 1). Throws Error{kCanary} if slots that must be
/// zero are not, within the noise model: then the result is not what the plan computes; Error{kIo}
/// if that iteration is not there; what the reader returns, with the path.
DecryptedWeights decrypt_weights(const OwnerFolder& owner, const std::filesystem::path& result,
                                 std::size_t iteration);

/// What the noise model grants a weight after training, and slots of packed weights that must be
/// zero.
double allowed_weight_error(const OwnerFolder& owner);

/// Iterations that the result folder holds weights of, from the first without a gap.
std::size_t finished_iterations(const OwnerFolder& owner, const std::filesystem::path& result);

/// The transform that `encrypt` stored. Throws Error{kIo} or what the reader returns.
data::FeatureTransform load_owner_transform(const OwnerFolder& owner);

}  // namespace blindfit::journey
