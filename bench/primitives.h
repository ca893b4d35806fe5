// SPDX-License-Identifier: Apache-2.0
// The operations of the engine that are timed, by name: for Google Benchmark and for comparisons
// with other libraries alike.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "bench/experiment.h"
#include "bench/workbench.h"

namespace blindfit::bench {

/// Which memory an operation has to move at least once.
enum class Traffic : unsigned char { kUnknown, kAddition, kKeySwitch };

/// How thoroughly an operation is measured: a headline on every family, at several levels and on
/// two threads too.
enum class Attention : unsigned char { kPlain, kHeadline };

/// One operation at one level: `prepare` makes its operands.
struct Primitive {
  std::string_view name;  ///< "Rotate"
  Run (*prepare)(const Session& session, std::size_t level);
  Attention attention = Attention::kPlain;
  Traffic traffic = Traffic::kUnknown;
  bool slow = false;  ///< as in Experiment
};

/// In the order of the tables.
std::span<const Primitive> primitives();

}  // namespace blindfit::bench
