// SPDX-License-Identifier: Apache-2.0
// Fits are as good as they claim, stable where they claim, and extensions map where they claim.
#include "blindfit/learn/activation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace blindfit::learn {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

Activation fit(int degree, double radius, FitMethod method = FitMethod::kLeastSquares,
               int steps = 0) {
  return fit_activation({degree, radius, {1.5, steps}, method, 0.0}).value();
}

/// Local extrema of the error on (0, domain], endpoints included, that alternate in sign.
std::vector<double> error_peaks(const Activation& activation) {
  constexpr int kPoints = 100000;
  std::vector<double> peaks;
  for (int i = 1; i <= kPoints; ++i) {
    const double z = activation.domain() * i / kPoints;
    const double error = activation(z) - sigmoid(z);
    if (peaks.empty() || (error > 0) != (peaks.back() > 0)) {
      peaks.push_back(error);
    } else if (std::abs(error) > std::abs(peaks.back())) {
      peaks.back() = error;
    }
  }
  return peaks;
}

TEST(Sigmoid, IsStableAndSymmetric) {
  EXPECT_EQ(sigmoid(0), 0.5);
  EXPECT_EQ(sigmoid(1000), 1.0);
  EXPECT_EQ(sigmoid(-1000), 0.0);
  EXPECT_NEAR(sigmoid(2) + sigmoid(-2), 1.0, 3e-16);
  EXPECT_NEAR(sigmoid(1), 0.7310585786300049, 3e-16);
}

TEST(PaperCubic, HasThePublishedCoefficientsAndQuality) {
  const Activation cubic = paper_cubic();
  const std::vector<double> monomials = cubic.monomials();
  ASSERT_EQ(monomials.size(), 2U);
  EXPECT_NEAR(monomials[0], 0.10679534503216294, 1e-17);
  EXPECT_NEAR(monomials[1], -0.00038503259805075, 1e-19);
  EXPECT_EQ(cubic(0), 0.5);
  EXPECT_NEAR(cubic(8), 1.157, 5e-4);  // paper.md 2.4
  EXPECT_NEAR(cubic.max_error(), 0.170, 5e-4);
  EXPECT_NEAR(cubic(9.615), 1.185, 5e-4);
  EXPECT_NEAR(cubic(16.65), 0.5, 1e-3);
  EXPECT_TRUE(cubic.turns_back());
  EXPECT_EQ(cubic.depth(), 2);
}

TEST(Activation, IsOddAboutOneHalf) {
  for (const Activation& a : {paper_cubic(), fit(9, 8), fit(7, 10, FitMethod::kMinimax, 2)}) {
    for (const double z : {0.3, 2.0, 7.9}) {
      EXPECT_NEAR(a(z) + a(-z), 1.0, 1e-15);
    }
  }
}

TEST(LeastSquaresFit, ReproducesTheKnownCubicOnEight) {
  // The textbook least-squares cubic on [-8, 8] (Kim et al. 2018): 0.15012 z - 0.001593 z^3.
  const std::vector<double> monomials = fit(3, 8).monomials();
  EXPECT_NEAR(monomials[0], 0.15012, 1e-5);
  EXPECT_NEAR(monomials[1], -0.001593, 1e-6);
}

TEST(LeastSquaresFit, IsAMinimumOfTheWeightedSquares) {
  for (const double width : {0.0, 3.0}) {
    const Activation best = fit_activation({5, 8, {}, FitMethod::kLeastSquares, width}).value();
    const auto squares = [width](const Activation& a) {
      double sum = 0;
      for (int i = 0; i < 4096; ++i) {
        const double z = 8 * (i + 0.5) / 4096;
        const double weight = width > 0 ? std::exp(-z * z / (2 * width * width)) : 1.0;
        sum += weight * std::pow(a(z) - sigmoid(z), 2);
      }
      return sum;
    };
    for (const std::size_t k : {1U, 3U, 5U}) {
      for (const double change : {-1e-3, 1e-3}) {
        Activation other = best;
        other.odd.coefficients[k] += change;
        EXPECT_GT(squares(other), squares(best));
      }
    }
  }
}

TEST(MinimaxFit, EquioscillatesSoThatNoOtherFitIsBetter) {
  // de la Vallee-Poussin: with degree/2 + 1 alternating peaks the smallest bounds the best error.
  for (const int steps : {0, 3}) {
    for (const int degree : {3, 5, 9, 15}) {
      const Activation best = fit(degree, 8, FitMethod::kMinimax, steps);
      const std::vector<double> peaks = error_peaks(best);
      ASSERT_EQ(peaks.size(), static_cast<std::size_t>((degree + 1) / 2 + 1));
      double least = 1;
      double most = 0;
      for (const double peak : peaks) {
        least = std::min(least, std::abs(peak));
        most = std::max(most, std::abs(peak));
      }
      EXPECT_LT(most - least, 1e-5 * most) << degree << " " << steps;
      EXPECT_NEAR(best.max_error(), most, 1e-6);
      EXPECT_LT(most, fit(degree, 8, FitMethod::kLeastSquares, steps).max_error());
    }
  }
}

TEST(Activation, ErrorFallsWithTheDegreeAndGrowsWithTheRadius) {
  double before = 1;
  for (const int degree : {3, 5, 7, 9, 11, 13, 15}) {
    const double error = fit(degree, 8, FitMethod::kMinimax).max_error();
    EXPECT_LT(error, before);
    EXPECT_LT(error, fit(degree, 16, FitMethod::kMinimax).max_error());
    before = error;
  }
}

TEST(Activation, TurnsBackForDegreesThreeSevenEleven) {
  for (const FitMethod method : {FitMethod::kLeastSquares, FitMethod::kMinimax}) {
    for (const int degree : {3, 7, 11}) {
      EXPECT_TRUE(fit(degree, 8, method).turns_back()) << degree;
      EXPECT_LT(fit(degree, 8, method)(100), 0.0) << degree;
    }
    for (const int degree : {5, 9, 13}) {
      EXPECT_FALSE(fit(degree, 8, method).turns_back()) << degree;
      EXPECT_GT(fit(degree, 8, method)(100), 1.0) << degree;
    }
  }
}

TEST(Activation, CountsLevelsOfPolynomialAndExtension) {
  EXPECT_EQ(fit(3, 8).depth(), 2);
  EXPECT_EQ(fit(5, 8).depth(), 3);
  EXPECT_EQ(fit(7, 8).depth(), 3);
  EXPECT_EQ(fit(9, 8).depth(), 4);
  EXPECT_EQ(fit(15, 8).depth(), 4);
  EXPECT_EQ(fit(9, 8, FitMethod::kLeastSquares, 2).depth(), 8);
}

TEST(DomainExtension, MapsItsDomainMonotonouslyIntoTheRadius) {
  const DomainExtension extension{1.5, 3};
  constexpr double kRadius = 8;
  EXPECT_DOUBLE_EQ(extension.widest(kRadius), 27.0);  // design.md 5
  EXPECT_THAT(extension.radii(kRadius),
              ::testing::ElementsAre(::testing::DoubleEq(18), ::testing::DoubleEq(12),
                                     ::testing::DoubleEq(8)));
  double before = 0;
  for (double z = 0.01; z <= 27; z += 0.01) {
    const double mapped = extension.apply(kRadius, z);
    EXPECT_GE(mapped, before);
    EXPECT_LE(mapped, kRadius * (1 + 1e-12));
    EXPECT_EQ(extension.apply(kRadius, -z), -mapped);
    before = mapped;
  }
  EXPECT_NEAR(before, kRadius, 1e-4);
  EXPECT_LT(extension.apply(kRadius, 45), kRadius / 2);  // beyond, it folds back
}

TEST(DomainExtension, BeatsOnePolynomialOfTheSameDegreeOnAWideDomain) {
  const Activation extended = fit(9, 8, FitMethod::kMinimax, 3);
  const Activation plain = fit(9, 27, FitMethod::kMinimax);
  EXPECT_DOUBLE_EQ(extended.domain(), 27.0);
  EXPECT_LT(extended.max_error(), 0.5 * plain.max_error());
}

TEST(FitActivation, RefusesWhatItCannotFit) {
  const auto refusal = [](const ActivationFit& options) {
    const auto activation = fit_activation(options);
    EXPECT_FALSE(activation);
    EXPECT_EQ(activation.error().code(), ErrorCode::kInvalidArgument);
    return std::string(activation.error().what());
  };
  ActivationFit bad;
  bad.degree = 4;
  EXPECT_THAT(refusal(bad), HasSubstr(": 4"));
  bad.degree = 65;
  EXPECT_THAT(refusal(bad), HasSubstr(": 65"));
  bad = {};
  bad.radius = 0;
  EXPECT_THAT(refusal(bad), HasSubstr("radius"));
  bad = {};
  bad.extension = {1.6, 1};
  EXPECT_THAT(refusal(bad), HasSubstr("ratio"));
  bad.extension = {1.5, 9};
  EXPECT_THAT(refusal(bad), HasSubstr("steps"));
  bad = {};
  bad.bell_width = -1;
  EXPECT_THAT(refusal(bad), HasSubstr("width"));
}

TEST(ConformingActivation, RefusesEvenTermsAndNumbersThatAreNotFinite) {
  EXPECT_TRUE(conforming(paper_cubic()));
  Activation bad = paper_cubic();
  bad.odd.coefficients[2] = 0.1;
  EXPECT_EQ(conforming(bad).error().code(), ErrorCode::kMalformed);
  bad = paper_cubic();
  bad.odd.coefficients[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(conforming(bad));
  bad = paper_cubic();
  bad.radius = -1;
  EXPECT_FALSE(conforming(bad));
  bad = paper_cubic();
  bad.odd.coefficients.clear();
  EXPECT_FALSE(conforming(bad));
}

}  // namespace
}  // namespace blindfit::learn
