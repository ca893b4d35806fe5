// SPDX-License-Identifier: Apache-2.0
// Text inside a page.
#pragma once

#include <string>
#include <string_view>

namespace blindfit::report {

/// `text` with the five characters that mean something in HTML replaced.
std::string escape(std::string_view text);

}  // namespace blindfit::report
