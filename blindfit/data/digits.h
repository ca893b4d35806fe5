// SPDX-License-Identifier: Apache-2.0
// The data set that every build carries, so that a fresh user has something to train on.
#pragma once

#include "blindfit/data/dataset.h"

namespace blindfit::data {

/// 1,797 hand-written digits of 8 x 8 pixels with integer values 0 to 16, ten classes, in the order
/// of the source. "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, 1998, UCI
/// Machine Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0; the part
/// distributed with scikit-learn (digits.csv.gz), unchanged.
Dataset embedded_digits();

}  // namespace blindfit::data
