// SPDX-License-Identifier: Apache-2.0
// Intel HEXL's transforms beside ours, in the same process; built only where HEXL is installed.
#pragma once

namespace blindfit::bench {

/// BM_HexlForwardNtt/log_n:16/threads:1 and BM_HexlInverseNtt: the primes and the rotation of
/// limbs of BM_ForwardNtt.
void register_hexl_benchmarks();

}  // namespace blindfit::bench
