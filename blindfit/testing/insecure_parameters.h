// SPDX-License-Identifier: Apache-2.0
// The only way around the security table: small parameter sets for fast tests.
#pragma once

#include "blindfit/rlwe/parameters.h"

namespace blindfit::testing {

/// Parameters that pass every check but the 128-bit cap. Never linked into a product.
class InsecureParameters {
 public:
  /// Throws the error of rlwe::Parameters::make other than kInsecureParameters.
  static rlwe::Parameters make(const rlwe::ParametersLiteral& literal);
};

}  // namespace blindfit::testing
