// SPDX-License-Identifier: Apache-2.0
#include "blindfit/bootstrap/parameters.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "blindfit/testing/insecure_parameters.h"

namespace blindfit::bootstrap {
namespace {

using base::ErrorCode;
using blindfit::testing::InsecureParameters;

TEST(BootstrapParameters, NamedSetsAreSecureAndLeaveTheirLevels) {
  struct Expected {
    BootstrapLiteral literal;
    std::size_t levels;
    double log_qp;
    std::size_t digits;
  };
  for (const Expected& e : {Expected{set_a(), 10, 1670, 3}, Expected{set_t14(), 14, 1696, 4},
                            Expected{set_t16(), 16, 1734, 5}}) {
    const BootstrapParameters p = BootstrapParameters::make(e.literal).value();
    EXPECT_EQ(p.layout().output, e.levels);
    EXPECT_NEAR(p.main().log_qp(), e.log_qp, 0.1);
    EXPECT_EQ(p.main().digits(p.main().max_level()), e.digits);
    EXPECT_EQ(p.layout().coeffs_to_slots, p.main().max_level());
    EXPECT_EQ(p.literal(), e.literal);
  }
}

TEST(BootstrapParameters, LayoutGivesEveryStageItsPrimes) {
  const BootstrapParameters p = BootstrapParameters::make(set_a()).value();
  EXPECT_EQ(p.layout().output, 10U);
  EXPECT_EQ(p.layout().slots_to_coeffs, 13U);
  EXPECT_EQ(p.layout().eval_mod, 23U);
  EXPECT_EQ(p.layout().coeffs_to_slots, 26U);
  EXPECT_LT(p.main().q_primes()[13], std::uint64_t{1} << 40U);
  EXPECT_GT(p.main().q_primes()[14], std::uint64_t{1} << 49U);
}

TEST(BootstrapParameters, SparseSecretSeesOnlyTheLowestPrime) {
  const BootstrapParameters p = BootstrapParameters::make(set_a()).value();
  ASSERT_EQ(p.tiny().q_primes().size(), 1U);
  EXPECT_EQ(p.tiny().q_primes()[0], p.main().q_primes()[0]);
  EXPECT_LE(p.tiny().log_qp(), rlwe::kMaxEncapsulationLogQp);
}

TEST(BootstrapParameters, FewerSlotsGetALargerMessageRatio) {
  const BootstrapParameters p = BootstrapParameters::make(set_a()).value();
  EXPECT_EQ(p.message_ratio(15), 2);
  EXPECT_EQ(p.message_ratio(14), 4);
  EXPECT_EQ(p.message_ratio(12), 8);
  EXPECT_EQ(p.message_ratio(3), 128);
}

TEST(BootstrapParameters, RefusesWhatCannotWork) {
  const auto message = [](auto change) {
    BootstrapLiteral literal = set_a();
    change(literal);
    const auto result = BootstrapParameters::make(literal);
    return result.ok() ? std::string("accepted") : std::string(result.error().what());
  };
  const auto starts = [](const std::string& text, const std::string& with) {
    EXPECT_EQ(text.substr(0, with.size()), with);
  };
  starts(message([](auto& l) { l.eval_mod.count = 9; }),
         "eval_mod must have as many primes as its polynomials consume, 10: 9");
  starts(message([](auto& l) { l.arcsine_degree = 1; }), "eval_mod must have as many primes");
  starts(message([](auto& l) { l.arcsine_degree = 4; }), "arcsine_degree must be");
  starts(message([](auto& l) { l.cosine_degree = 2; }), "cosine_degree must be in [3, 127]: 2");
  starts(message([](auto& l) { l.interval = 1; }), "interval must be in [2, 32]: 1");
  starts(message([](auto& l) { l.coeffs_to_slots.count = 0; }), "slots_to_coeffs and coeffs_to");
  starts(message([](auto& l) { l.usable.count = 0; }), "usable must have at least 1 prime: 0");
  starts(message([](auto& l) { l.log_margin = 1; }), "log_margin must be in [2, 12]: 1");
  starts(message([](auto& l) { l.log_message_ratio = 9; }), "log_message_ratio must be at most 8");
  starts(message([](auto& l) { l.double_angles = 7; }), "double_angles must be at most 6: 7");
  starts(message([](auto& l) { l.usable.count = 12; }), "log2(QP) must be at most 1747");
  starts(message([](auto& l) { l.log_n = 15; }), "log_n must be 16");
  EXPECT_EQ(message([](auto&) {}), "accepted");
}

TEST(BootstrapParameters, TestsMayUseSmallRings) {
  BootstrapLiteral literal = set_a();
  literal.log_n = 11;
  EXPECT_EQ(InsecureParameters::make_bootstrap(literal).main().n(), 2048U);
  literal.eval_mod.count = 9;
  EXPECT_THROW(InsecureParameters::make_bootstrap(literal), base::Error);
}

TEST(Encapsulation, RefusesASparseSecretAtALargerModulus) {
  const rlwe::Parameters main = InsecureParameters::make({12, {50, 40}, {50}, 1});
  EXPECT_NO_THROW(rlwe::require_encapsulation(main, InsecureParameters::make({12, {50}, {50}, 1})));
  const std::vector<rlwe::ParametersLiteral> refused = {
      {12, {50, 40}, {50}, 1}, {12, {50}, {50, 50}, 1}, {12, {49}, {50}, 1}, {11, {50}, {50}, 1}};
  for (const rlwe::ParametersLiteral& tiny : refused) {
    try {
      rlwe::require_encapsulation(main, InsecureParameters::make(tiny));
      FAIL();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInsecureParameters);
    }
  }
}

}  // namespace
}  // namespace blindfit::bootstrap
