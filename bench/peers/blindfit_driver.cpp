// SPDX-License-Identifier: Apache-2.0
// blindfit_driver [KERNELS]: times blindfit's operations on request, so that a comparison can take
// turns with another library. One request a line on standard input, one JSON object a line back:
//   about            which library this is
//   open LOG_N       the parameter set, and what it is
//   run OPERATION    one execution: {"ms": 12.3}; operands are kept while the operation stays
//   quit
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "bench/primitives.h"
#include "bench/workbench.h"
#include "blindfit/base/allocation.h"
#include "blindfit/kernels/kernel_table.h"
#include "blindfit/wire/switching_key_file.h"

namespace blindfit::bench {
namespace {

class Driver {
 public:
  explicit Driver(std::string isa) : isa_(std::move(isa)) {}

  [[nodiscard]] nlohmann::json about() const { return {{"library", "blindfit (" + isa_ + ")"}}; }

  nlohmann::json open(unsigned log_n) {
    run_ = nullptr;
    operation_.clear();
    workbench_ = std::make_unique<Workbench>(log_n);
    workbench_->session(isa_);
    const rlwe::Parameters& p = workbench_->parameters();
    return {{"limbs", p.q_primes().size()},
            {"digits", p.digits(p.max_level())},
            {"log_qp", p.log_qp()},
            {"rotation_key_file_bytes", wire::switching_key_file_bytes(p, p.max_level())}};
  }

  nlohmann::json run(const std::string& operation) {
    if (workbench_ == nullptr) {
      return {{"error", "no parameter set is open"}};
    }
    if (operation != operation_) {
      run_ = nullptr;
      operation_ = operation;
      for (const Primitive& primitive : primitives()) {
        if (primitive.name == operation) {
          run_ = primitive.prepare(workbench_->session(isa_), workbench_->parameters().max_level());
        }
      }
    }
    if (run_ == nullptr) {
      return {{"error", "no such operation: " + operation}};
    }
    const auto start = std::chrono::steady_clock::now();
    run_();
    const std::chrono::duration<double, std::milli> elapsed =
        std::chrono::steady_clock::now() - start;
    return {{"ms", elapsed.count()}};
  }

 private:
  std::string isa_;
  std::unique_ptr<Workbench> workbench_;
  std::string operation_;
  Run run_;
};

void serve(Driver& driver) {
  std::string line;
  while (std::getline(std::cin, line) && line != "quit") {
    std::istringstream words(line);
    std::string verb;
    std::string argument;
    words >> verb >> argument;
    nlohmann::json reply = {{"error", "no such request: " + line}};
    if (verb == "about") {
      reply = driver.about();
    } else if (verb == "open") {
      reply = driver.open(static_cast<unsigned>(std::stoul(argument)));
    } else if (verb == "run") {
      reply = driver.run(argument);
    }
    std::cout << reply.dump() << std::endl;
  }
}

}  // namespace
}  // namespace blindfit::bench

int main(int argc, char** argv) {
  using blindfit::kernels::default_kernels;
  using blindfit::kernels::find_kernels;
  blindfit::base::keep_freed_memory();  // as the programs do
  try {
    const auto kernels = argc > 1 ? find_kernels(argv[1]) : default_kernels();
    blindfit::bench::Driver driver{std::string(kernels.value()->name)};
    blindfit::bench::serve(driver);
  } catch (const std::exception& error) {
    std::cerr << "blindfit_driver: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
