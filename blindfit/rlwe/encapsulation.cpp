// SPDX-License-Identifier: Apache-2.0
#include "blindfit/rlwe/encapsulation.h"

#include <string>

namespace blindfit::rlwe {

void require_encapsulation(const Parameters& main, const Parameters& tiny) {
  if (tiny.log_n() != main.log_n() || tiny.q_primes().size() != 1 ||
      tiny.q_primes()[0] != main.q_primes()[0] || tiny.log_qp() > kMaxEncapsulationLogQp) {
    throw base::Error(base::ErrorCode::kInsecureParameters,
                      "a sparse secret may appear over q_0 and special primes of at most 110 bits "
                      "together: " +
                          std::to_string(tiny.q_primes().size()) + " q-primes, log2(QP) " +
                          std::to_string(tiny.log_qp()));
  }
}

}  // namespace blindfit::rlwe
