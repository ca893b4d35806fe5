// SPDX-License-Identifier: Apache-2.0
// blindfit: the data owner's program. It alone holds the secret key.
#include "apps/owner/commands.h"
#include "apps/program/info_command.h"
#include "apps/program/program.h"
#include "blindfit/base/allocation.h"

int main(int argc, char** argv) {
  blindfit::base::keep_freed_memory();
  CLI::App app(
      "Trains a classifier head on data that the training machine cannot read.\n"
      "Start with `blindfit demo`; your own data go through plan, keygen, encrypt,\n"
      "`blindfit-cloud train`, decrypt and evaluate.");
  blindfit::program::set_up(app, "blindfit");
  blindfit::commands::add_demo_command(app);
  blindfit::commands::add_features_command(app);
  blindfit::commands::add_prepare_command(app);
  blindfit::commands::add_plan_command(app);
  blindfit::commands::add_keygen_command(app);
  blindfit::commands::add_encrypt_command(app);
  blindfit::commands::add_decrypt_command(app);
  blindfit::commands::add_evaluate_command(app);
  blindfit::commands::add_query_command(app);
  blindfit::commands::add_watch_command(app);
  blindfit::commands::add_classify_command(app);
  blindfit::commands::add_reproduce_command(app);
  blindfit::program::add_info_command(app);
  return blindfit::program::run(app, argc, argv);
}
