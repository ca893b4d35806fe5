// SPDX-License-Identifier: Apache-2.0
// blindfit-cloud: the untrusted machine's program. It works on ciphertexts and holds no secret.
#include "apps/cloud/predict_command.h"
#include "apps/cloud/refresh_command.h"
#include "apps/cloud/train_command.h"
#include "apps/program/info_command.h"
#include "apps/program/program.h"
#include "blindfit/base/allocation.h"

int main(int argc, char** argv) {
  blindfit::base::keep_freed_memory();
  CLI::App app(
      "Trains and applies classifier heads on encrypted data. Holds no key that opens anything.");
  blindfit::program::set_up(app, "blindfit-cloud");
  blindfit::cloud::add_train_command(app);
  blindfit::cloud::add_predict_command(app);
  blindfit::cloud::add_refresh_command(app);
  blindfit::program::add_info_command(app);
  return blindfit::program::run(app, argc, argv);
}
