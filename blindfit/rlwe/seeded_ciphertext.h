// SPDX-License-Identifier: Apache-2.0
// From the travelling form of a fresh encryption to the one that is computed on.
#pragma once

#include "blindfit/rlwe/ciphertext.h"
#include "blindfit/rlwe/context.h"

namespace blindfit::rlwe {

/// c_1 = uniform_poly of stream 0 under kCiphertextDomain and the seed; same level and scale.
Ciphertext expand(const Context& context, const SeededCiphertext& seeded);

}  // namespace blindfit::rlwe
