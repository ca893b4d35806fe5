// SPDX-License-Identifier: Apache-2.0
// The page's drawings as inline SVG; colours come from the page's style sheet.
#pragma once

#include <span>
#include <string>

#include "apps/owner/report/figures.h"

namespace blindfit::report {

/// Accuracy over iterations, one line a curve, and the first value of each reference as a dashed
/// level line with its label.
std::string learning_curve(std::span<const Curve> curves, std::span<const Curve> references);

/// One picture as a grid of squares.
std::string picture(const Picture& picture);

}  // namespace blindfit::report
