// SPDX-License-Identifier: Apache-2.0
// From data to an upload folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/owner/journey/owner_folder.h"
#include "blindfit/data/dataset.h"

namespace blindfit::journey {

/// Refuses data that are not what the plan was made for. Throws Error{kInvalidArgument} that names
/// the count, both values and the remedy.
void check_data(const OwnerPlan& plan, const data::Dataset& train);

/// Largest |V + i V_before| after `iteration` (from 0): what a refresh would meet.
double largest_refreshed(const learn::TrainingTrace& mirror, std::size_t iteration);

/// What the mirror foresees: one sentence for every range that training would leave, with value,
/// iteration and remedy. Empty if all is well.
std::vector<std::string> range_warnings(const OwnerPlan& plan, const learn::TrainingTrace& mirror);

/// Makes the upload folder `out` whole or not at all: the public part of the plan, the evaluation
/// keys (linked, or copied onto another file system), X, Y or B Y^T X, B and W_0 as the plan calls
/// for them. First leaves the transform in the owner's folder, which serves one set of rows.
/// Throws Error{kIo} if `out` is taken; Error{kInvalidArgument} if the folder has served other rows
/// or a value does not fit the scale.
void encrypt_job(const OwnerFolder& owner, const PreparedData& prepared,
                 std::span<const int> labels, const std::filesystem::path& out,
                 base::ThreadPool& pool);

}  // namespace blindfit::journey
