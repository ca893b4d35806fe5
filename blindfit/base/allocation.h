// SPDX-License-Identifier: Apache-2.0
// How a program that allocates many polynomials of the same few sizes wants its heap.
#pragma once

namespace blindfit::base {

/// Makes the C library keep freed polynomials for the next one instead of returning their pages to
/// the system, where each 4 KiB costs a page fault: about a tenth of training. For programs, at the
/// start of main; process-wide; does nothing where the C library has no such settings.
void keep_freed_memory() noexcept;

}  // namespace blindfit::base
