// SPDX-License-Identifier: Apache-2.0
// Small parameter sets for tests: the only place that can make what Parameters::make refuses as
// insecure.
#pragma once

#include "blindfit/bootstrap/parameters.h"
#include "blindfit/rlwe/parameters.h"

namespace blindfit::testing {

/// A friend of rlwe::Parameters and of bootstrap::BootstrapParameters. Everything but the security
/// cap is still checked.
class InsecureParameters {
 public:
  /// Throws the Error{kInvalidArgument} that Parameters::make would return.
  static rlwe::Parameters make(const rlwe::ParametersLiteral& literal);
  /// The same for bootstrapping, at any ring degree.
  static bootstrap::BootstrapParameters make_bootstrap(const bootstrap::BootstrapLiteral& literal);
};

}  // namespace blindfit::testing
