// SPDX-License-Identifier: Apache-2.0
#include "apps/program/interrupt.h"

#include <csignal>

#include "blindfit/base/error.h"

namespace blindfit::program {
namespace {

// A signal handler can reach nothing but a variable of static storage.
volatile std::sig_atomic_t interrupt_seen = 0;

extern "C" void note_interrupt(int) {
  interrupt_seen = 1;
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() noexcept {
  return interrupt_seen != 0;
}

void throw_if_interrupted() {
  if (interrupted()) {
    throw base::Error(base::ErrorCode::kCancelled,
                      "interrupted; nothing half-written was left behind");
  }
}

}  // namespace blindfit::program
