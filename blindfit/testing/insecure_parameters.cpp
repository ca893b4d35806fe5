// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::testing {

rlwe::Parameters InsecureParameters::make(const rlwe::ParametersLiteral& literal) {
  return rlwe::Parameters::make_unchecked(literal).value();
}

}  // namespace blindfit::testing
