// SPDX-License-Identifier: Apache-2.0
#include "apps/owner/plan_flags.h"

namespace blindfit::commands {
namespace {

void add_data_options(CLI::App& command, PlanFlags& flags) {
  add_data_flags(command, flags.data, false);
  command.add_option("--rows", flags.rows, "Training rows, instead of --data")
      ->excludes("--data")
      ->check(program::at_least(1))
      ->type_name("N");
  command.add_option("--features", flags.features, "Features a row, with --rows")
      ->excludes("--data")
      ->check(program::at_least(1))
      ->type_name("N");
  command.add_option("--classes", flags.classes, "Classes (default with --data: as many as occur)")
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option("--transform", flags.transform,
                  "What the owner does to features before encryption: none, centre, standardise or "
                  "whiten")
      ->capture_default_str()
      ->type_name("KIND");
  command
      .add_option("--components", flags.components,
                  "Principal components to keep when whitening (default: chosen from the data)")
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option(
          "--ridge", flags.ridge,
          "Added to the scatter's eigenvalues when whitening, as a number or, with --data, in "
          "per cent of their sum (default: chosen from the data)")
      ->type_name("R|P%");
  command
      .add_option("--units", flags.units,
                  "Whiten features in the units of the 'file', or in 'equal' ones: each divided by "
                  "its deviation (default: chosen from the data)")
      ->check(CLI::IsMember({"file", "equal"}));
  command.add_flag("--no-mirror", flags.no_mirror,
                   "Train nothing in the clear: iterations, step and range by the rules for data "
                   "that nobody has seen");
}

void add_method_options(CLI::App& command, PlanFlags& flags) {
  command
      .add_option("--loss", flags.loss,
                  "sle (each class against the rest, the paper's), mse (squared error: no "
                  "activation, three or four levels less an iteration) or softmax (16 levels for "
                  "ten classes)")
      ->check(CLI::IsMember({"sle", "mse", "softmax"}))
      ->capture_default_str();
  command
      .add_option("--iterations", flags.iterations,
                  "Steps: passes over the data, or over one batch each with --batches")
      ->capture_default_str()
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option("--batches", flags.batches,
                  "Cut the rows, shuffled, into this many parts, one a step in turn; a step's cost "
                  "falls less than the part does")
      ->capture_default_str()
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option("--method", flags.method,
                  "quadratic-gradient, nag or gradient-ascent (default: nag when whitening, else "
                  "quadratic-gradient)")
      ->type_name("METHOD");
  command
      .add_option("--bound", flags.bound, "Curvature bound of the quadratic gradient: paper, gram")
      ->capture_default_str()
      ->type_name("KIND");
  command.add_option("--a0", flags.a0, "Start of the momentum (the paper: 0.01)")
      ->capture_default_str()
      ->type_name("A");
  command
      .add_option("--step", flags.step,
                  "First step (default when whitening: one over the loss's curvature, 4 for "
                  "sle, 1 for mse, 2 for softmax; else the paper's rates)")
      ->type_name("S");
  command
      .add_option("--schedule", flags.schedule,
                  "How the step shrinks: constant, inverse 1/(1 + rate t), exponential exp(-rate "
                  "t), cosine to 0 after the last iteration")
      ->capture_default_str()
      ->type_name("KIND");
  command
      .add_option("--schedule-rate", flags.schedule_rate, "Of inverse and exponential schedules")
      ->capture_default_str()
      ->type_name("RATE");
  command
      .add_option("--weight-decay", flags.weight_decay,
                  "Fraction of the weights that an iteration takes away, by the schedule")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.999))
      ->type_name("D");
  command
      .add_option("--activation", flags.activation,
                  "Stands in for the sigmoid: paper-cubic, or an odd degree to fit (default: by "
                  "the iterations)")
      ->type_name("DEGREE");
  command
      .add_option("--extensions", flags.extensions,
                  "Steps that widen the polynomial's range by a half, two levels each")
      ->capture_default_str()
      ->check(CLI::Range(0, 8))
      ->type_name("N");
  command
      .add_option("--range", flags.range,
                  "Largest logit that the activation covers (default: found with the data, else by "
                  "step and iterations)")
      ->type_name("R");
}

void add_protocol_options(CLI::App& command, PlanFlags& flags) {
  command.add_option("--start", flags.start, "First weights: zero, or encrypted")
      ->check(CLI::IsMember({"zero", "encrypted"}))
      ->capture_default_str();
  command.add_option("--start-value", flags.start_value, "Of every weight of an encrypted start")
      ->type_name("W");
  command
      .add_option("--labels-as", flags.labels_as,
                  "Upload labels 'encrypted', or as their 'product' with the features, which takes "
                  "less of everything (default: product where all else has a default)")
      ->check(CLI::IsMember({"encrypted", "product"}));
  command.add_option("--log-n", flags.log_n, "Ring degree 2^N (default: the fastest)")
      ->check(CLI::Range(13U, 16U))
      ->type_name("N");
  command.add_option("--scale-bits", flags.scale_bits, "Bits of the fixed-point scale")
      ->capture_default_str()
      ->type_name("BITS");
  command
      .add_option("--refresh", flags.refreshes,
                  "Refresh the weights in the cloud between iterations: auto, never, always")
      ->check(CLI::IsMember({"auto", "never", "always"}))
      ->capture_default_str();
  command
      .add_option("--weight-bound", flags.weight_bound,
                  "Largest weight that refreshes provide for (default: the activation's range)")
      ->check(program::above_zero())
      ->type_name("W");
  command.add_flag("--inference", flags.inference,
                   "Provide keys, and without refreshes levels, for encrypted rows: `query`, "
                   "`blindfit-cloud predict`, and `watch` while training");
  command.add_option("--max-ciphertexts", flags.max_ciphertexts, "Upload no more than this many")
      ->check(program::at_least(1))
      ->type_name("N");
  command
      .add_option(
          "--max-key-gib", flags.max_key_gib,
          "Make evaluation keys of no more than this many GiB on disk; about three times as "
          "much in the cloud's memory")
      ->check(program::above_zero())
      ->type_name("GIB");
  command.add_option("--out", flags.out, "Where to write the plan")->type_name("FILE");
}

}  // namespace

void add_plan_flags(CLI::App& command, PlanFlags& flags) {
  add_data_options(command, flags);
  add_method_options(command, flags);
  add_protocol_options(command, flags);
  program::add_threads_option(command, flags.common);
  program::add_json_option(command, flags.common);
}

}  // namespace blindfit::commands
