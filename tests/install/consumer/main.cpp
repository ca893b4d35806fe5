// SPDX-License-Identifier: Apache-2.0
// Uses the installed library: prints the digest of "abc" and the kernel families of this processor.
#include <blindfit/base/csprng.h>
#include <blindfit/kernels/kernel_table.h>

#include <array>
#include <cstdio>

int main() {
  constexpr std::array<std::uint8_t, 3> kText = {'a', 'b', 'c'};
  for (const std::uint8_t byte : blindfit::base::blake2b(kText)) {
    std::printf("%02x", byte);
  }
  for (const auto* family : blindfit::kernels::supported_kernels()) {
    std::printf(" %.*s", static_cast<int>(family->name.size()), family->name.data());
  }
  std::printf("\n");
}
