// SPDX-License-Identifier: Apache-2.0
// Says on stderr how far long work has come and when it will end: a bar on a terminal, lines
// otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "apps/program/poller.h"

namespace blindfit::program {

/// How far the work is, at one moment.
struct ProgressState {
  double done = 0;
  double total = 1;
  std::string note;  ///< e.g. "iteration 2 of 5"; where there is no terminal, a new line each
  std::string figures = {};  ///< e.g. "312 images/s"; changes all the time
};

/// What a display shows for a state after `elapsed` seconds. The estimate assumes that the rest
/// goes as fast as what is done; none is given before 2 % are.
std::string progress_text(const ProgressState& state, double elapsed);
/// A bar of `width` characters.
std::string progress_bar(const ProgressState& state, std::size_t width);

class Progress {
 public:
  /// Asks `state`, from another thread, until destroyed; it must be safe to call at any time.
  Progress(std::string label, std::function<ProgressState()> state);
  /// Ends the display. On a terminal the bar disappears: results are printed by whoever has them.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void show();
  void show_line(const ProgressState& state, double elapsed);

  std::string label_;
  std::function<ProgressState()> state_;
  bool terminal_;
  std::chrono::steady_clock::time_point start_;
  double said_ = 0;
  std::string last_note_;
  std::unique_ptr<Poller> poller_;
};

}  // namespace blindfit::program
