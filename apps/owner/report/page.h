// SPDX-License-Identifier: Apache-2.0
// The demo's report: one self-contained HTML page.
#pragma once

#include <string>

#include "apps/owner/report/figures.h"

namespace blindfit::report {

/// The whole page as UTF-8 HTML; it refers to nothing outside itself.
std::string make_page(const Figures& figures);

}  // namespace blindfit::report
