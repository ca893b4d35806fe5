// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::testing {

rlwe::Parameters InsecureParameters::make(const rlwe::ParametersLiteral& literal) {
  return rlwe::Parameters::make_unchecked(literal).value();
}

bootstrap::BootstrapParameters InsecureParameters::make_bootstrap(
    const bootstrap::BootstrapLiteral& literal) {
  const bootstrap::InstanceLiterals instances = bootstrap::instance_literals(literal);
  return {literal, make(instances.main), make(instances.tiny)};
}

}  // namespace blindfit::testing
