// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/passphrase_flags.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <termios.h>
#include <unistd.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "apps/program/exit_code.h"
#include "blindfit/base/atomic_file.h"

namespace blindfit::commands {
namespace {

using base::Error;
using base::ErrorCode;
using journey::Passphrase;

constexpr std::size_t kLongestPassphrase = 4096;

/// Without the line break that an editor leaves at the end.
Passphrase from_file(const std::string& path) {
  base::Secret<std::vector<std::uint8_t>> bytes(
      program::value_or_throw(base::read_file(path, kLongestPassphrase)));
  std::size_t length = bytes.expose().size();
  while (length > 0 && (bytes.expose()[length - 1] == '\n' || bytes.expose()[length - 1] == '\r')) {
    --length;
  }
  if (length == 0) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("'{}' must hold a passphrase: it is empty", path));
  }
  return Passphrase(std::string(reinterpret_cast<const char*>(bytes.expose().data()), length));
}

/// The terminal, with the echo off while alive.
class QuietTerminal {
 public:
  QuietTerminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) {
      throw Error(ErrorCode::kInvalidArgument,
                  "a passphrase is needed and there is no terminal to ask at; give "
                  "--passphrase-file");
    }
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(descriptor_, TCSAFLUSH, &quiet);
  }
  ~QuietTerminal() {
    ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    ::close(descriptor_);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  Passphrase ask(std::string_view question) const {
    write(question);
    Passphrase line;
    line.expose().reserve(kLongestPassphrase);
    char c = 0;
    while (line.expose().size() < kLongestPassphrase && ::read(descriptor_, &c, 1) == 1 &&
           c != '\n') {
      line.expose().push_back(c);
    }
    write("\n");
    return line;
  }

 private:
  void write(std::string_view text) const {
    // A terminal that takes no output takes no answer either, which the caller will notice.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, text.data(), text.size());
  }

  int descriptor_;
  termios before_{};
};

}  // namespace

void add_passphrase_flags(CLI::App& command, PassphraseFlags& flags) {
  command
      .add_option("--passphrase-file", flags.file,
                  "File with the secret key's passphrase (default: ask if it has one)")
      ->type_name("FILE");
}

void add_new_passphrase_flags(CLI::App& command, PassphraseFlags& flags) {
  command.add_flag("--passphrase", flags.ask,
                   "Ask for a passphrase and encrypt the secret key with it (Argon2id)");
  command
      .add_option("--passphrase-file", flags.file,
                  "Encrypt the secret key with the passphrase in this file (Argon2id)")
      ->type_name("FILE")
      ->excludes("--passphrase");
}

Passphrase new_passphrase(const PassphraseFlags& flags) {
  if (!flags.file.empty()) {
    return from_file(flags.file);
  }
  if (!flags.ask) {
    return {};
  }
  const QuietTerminal terminal;
  Passphrase first = terminal.ask("Passphrase for the secret key: ");
  if (first.expose().empty()) {
    throw Error(ErrorCode::kInvalidArgument, "the passphrase must not be empty");
  }
  if (!(first == terminal.ask("The same again: "))) {
    throw Error(ErrorCode::kInvalidArgument, "both passphrases must be the same; try again");
  }
  return first;
}

journey::OwnerFolder open_folder(const std::filesystem::path& folder,
                                 const PassphraseFlags& flags) {
  if (!flags.file.empty()) {
    return journey::open_owner_folder(folder, from_file(flags.file));
  }
  if (!journey::needs_passphrase(folder)) {
    return journey::open_owner_folder(folder, {});
  }
  return journey::open_owner_folder(folder, QuietTerminal().ask("Passphrase of the secret key: "));
}

}  // namespace blindfit::commands
