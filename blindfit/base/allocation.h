// SPDX-License-Identifier: Apache-2.0
// What the process does with memory that blindfit frees.
#pragma once

namespace blindfit::base {

/// Tells the C library to keep freed memory for the next allocation instead of returning it to the
/// kernel. Polynomials of megabytes come and go with every operation, and having their pages mapped
/// and zeroed anew costs up to a third of a key switch. Peak memory stays what it was; it is only
/// given back at exit. A choice for a whole process, so programs call it once, before they start
/// threads; the library never does. No effect where the C library is not glibc.
void keep_freed_memory() noexcept;

}  // namespace blindfit::base
