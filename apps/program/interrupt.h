// SPDX-License-Identifier: Apache-2.0
// Ctrl-C as a question that long work asks itself, so that it can finish what it is writing.
#pragma once

namespace blindfit::program {

/// From now on the first SIGINT, SIGTERM or SIGHUP only sets a flag; a second one ends the process.
/// A file that grows beyond the limit on file sizes is an error to report, no signal.
void catch_interrupts();
[[nodiscard]] bool interrupted() noexcept;
/// Throws Error{kCancelled} once interrupted() is true.
void throw_if_interrupted();

}  // namespace blindfit::program
