// SPDX-License-Identifier: Apache-2.0
// `blindfit demo`: the whole journey on the digits that every build carries.
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/owner/commands.h"
#include "apps/owner/demo/demo.h"

namespace blindfit::commands {

void add_demo_command(CLI::App& app) {
  struct Flags {
    program::CommonOptions common;
    std::string out = "blindfit-demo";
    bool images = false;
    std::string backbone;
  };
  CLI::App* command = app.add_subcommand(
      "demo",
      "Train on encrypted handwritten digits that come with the program: a minute or two, nothing "
      "to prepare. Leaves report.html");
  const auto flags = std::make_shared<Flags>();
  command->add_option("--out", flags->out, "Folder for everything that the demo makes")
      ->capture_default_str()
      ->type_name("DIR");
  auto* images = command->add_flag("--images", flags->images,
                                   "Start from image files: the digits as PNGs, through a backbone "
                                   "if one is found");
  command
      ->add_option("--backbone", flags->backbone,
                   "The network for --images (default: SqueezeNet in the folder of shared data)")
      ->type_name("MODEL.onnx")
      ->needs(images);
  program::add_threads_option(*command, flags->common);
  program::add_json_option(*command, flags->common);
  command->callback([flags] {
    const program::Console console(flags->common);
    console.write_json(demo::run_demo(
        {flags->out, flags->common.threads, flags->images, flags->backbone}, console));
  });
}

}  // namespace blindfit::commands
