// SPDX-License-Identifier: Apache-2.0
// The paper's rows with what a few lines of plain algebra at the owner's change: whitened features,
// and centred features for as long as a modulus lasts.
#pragma once

#include "apps/owner/experiments/experiment.h"

namespace blindfit::experiments {

/// Two NAG iterations on PCA-whitened features; components and ridge chosen by the leave-one-out
/// error of the training rows.
journey::OwnerPlan plan_paper_whitened(const data::Dataset& train, const learn::CostModel& cost);

/// The paper's quadratic gradient on centred features from W = 0, for as many iterations as a
/// 128-bit modulus at N = 2^16 holds without a refresh.
journey::OwnerPlan plan_paper_levelled(const data::Dataset& train, const learn::CostModel& cost);

}  // namespace blindfit::experiments
