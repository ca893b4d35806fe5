// SPDX-License-Identifier: Apache-2.0
// Secret-key encryption and decryption.
#pragma once

#include "blindfit/owner/secret_key.h"
#include "blindfit/rlwe/ciphertext.h"

namespace blindfit::owner {

/// A fresh encryption at the plaintext's level and scale: c_1 from a new public seed, c_0 = m - c_1
/// s + e. Noise: kErrorSigma per coefficient. Cost: level + 1 NTTs.
rlwe::SeededCiphertext encrypt(const rlwe::Context& context, const SecretKey& secret,
                               const rlwe::Plaintext& message);

/// c_0 + c_1 s + ... of any degree; the level and scale stay. The result carries the noise:
/// SECURITY.md, IND-CPA-D.
rlwe::Plaintext decrypt(const rlwe::Context& context, const SecretKey& secret,
                        const rlwe::Ciphertext& ct);

}  // namespace blindfit::owner
