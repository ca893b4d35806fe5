// SPDX-License-Identifier: Apache-2.0
// What the machine itself can do in this run: figures that absolute times are read against.
#pragma once

namespace blindfit::bench {

/// BM_CalibrationMultiplyAdd52 (where the processor has AVX-512-IFMA), BM_CalibrationMultiply64 and
/// BM_CalibrationCopy, on one core and on both.
void register_calibration();

}  // namespace blindfit::bench
