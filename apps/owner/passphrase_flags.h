// SPDX-License-Identifier: Apache-2.0
// Where a passphrase comes from: a file, or a person at a terminal.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "apps/owner/journey/owner_folder.h"

namespace blindfit::commands {

struct PassphraseFlags {
  std::string file;
  bool ask = false;
};

/// `keygen`: adds --passphrase-file and --passphrase.
void add_new_passphrase_flags(CLI::App& command, PassphraseFlags& flags);
/// Commands that open a key: adds --passphrase-file.
void add_passphrase_flags(CLI::App& command, PassphraseFlags& flags);

/// Empty if none was asked for. Asks twice at a terminal. Throws Error{kInvalidArgument} if both
/// answers differ, an answer is empty, or there is no terminal; Error{kIo}.
journey::Passphrase new_passphrase(const PassphraseFlags& flags);

/// Opens the folder, with the file's passphrase or by asking if its key is protected.
journey::OwnerFolder open_folder(const std::filesystem::path& folder, const PassphraseFlags& flags);

}  // namespace blindfit::commands
