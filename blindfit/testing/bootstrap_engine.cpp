// SPDX-License-Identifier: Apache-2.0
#include "blindfit/testing/bootstrap_engine.h"

#include "blindfit/owner/key_generation.h"
#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::testing {

bootstrap::BootstrapLiteral small_bootstrap_set(unsigned log_n) {
  bootstrap::BootstrapLiteral literal = bootstrap::set_a();
  literal.log_n = log_n;
  literal.usable.count = 3;
  return literal;
}

BootstrapEngine::BootstrapEngine(const bootstrap::BootstrapLiteral& literal)
    : parameters_(InsecureParameters::make_bootstrap(literal)),
      engine_(parameters_.main().literal()),
      tiny_(rlwe::make_context(parameters_.tiny()).value()),
      encapsulation_(
          owner::generate_encapsulation_keys(engine_.context(), *tiny_, engine_.secret())) {}

}  // namespace blindfit::testing
