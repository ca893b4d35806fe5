// SPDX-License-Identifier: Apache-2.0
#include "apps/program/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "apps/program/quantities.h"

namespace blindfit::program {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr double kSecondsBetweenLines = 5;
constexpr double kEnoughForAnEstimate = 0.02;
constexpr std::size_t kBarWidth = 30;

double fraction(const ProgressState& state) {
  return state.total > 0 ? std::clamp(state.done / state.total, 0.0, 1.0) : 1.0;
}

bool is_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string(term) != "dumb";
}

}  // namespace

std::string progress_text(const ProgressState& state, double elapsed) {
  const double share = fraction(state);
  std::string text = fmt::format("{:3.0f} %", share * 100);
  if (!state.note.empty()) {
    text += ", " + state.note;
  }
  if (!state.figures.empty()) {
    text += ", " + state.figures;
  }
  text += ", " + format_seconds(elapsed);
  if (share >= kEnoughForAnEstimate && share < 1) {
    text += ", about " + format_seconds(elapsed * (1 - share) / share) + " left";
  }
  return text;
}

std::string progress_bar(const ProgressState& state, std::size_t width) {
  const auto full = static_cast<std::size_t>(fraction(state) * static_cast<double>(width));
  return "[" + std::string(full, '#') + std::string(width - full, '-') + "]";
}

Progress::Progress(std::string label, std::function<ProgressState()> state)
    : label_(std::move(label)),
      state_(std::move(state)),
      terminal_(is_terminal()),
      start_(std::chrono::steady_clock::now()) {
  poller_ = std::make_unique<Poller>(kInterval, [this] { show(); });
}

Progress::~Progress() {
  poller_.reset();
  if (terminal_) {
    fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
  }
}

void Progress::show() {
  const ProgressState state = state_();
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (!terminal_) {
    show_line(state, elapsed);
    return;
  }
  fmt::print(stderr, "\r\033[K{} {} {}", label_, progress_bar(state, kBarWidth),
             progress_text(state, elapsed));
  std::fflush(stderr);
}

void Progress::show_line(const ProgressState& state, double elapsed) {
  const bool news = state.note != last_note_ && !state.note.empty();
  if (!news && elapsed - said_ < kSecondsBetweenLines) {
    return;
  }
  said_ = elapsed;
  last_note_ = state.note;
  fmt::print(stderr, "{}: {}\n", label_, progress_text(state, elapsed));
}

}  // namespace blindfit::program
