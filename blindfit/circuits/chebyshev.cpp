// SPDX-License-Identifier: Apache-2.0
#include "blindfit/circuits/chebyshev.h"

#include <algorithm>

namespace blindfit::circuits {

std::size_t ChebyshevSeries::degree() const noexcept {
  std::size_t k = coefficients.size();
  while (k > 1 && coefficients[k - 1] == 0) {
    --k;
  }
  return k == 0 ? 0 : k - 1;
}

bool ChebyshevSeries::is_odd_up_to_constant() const noexcept {
  for (std::size_t k = 2; k < coefficients.size(); k += 2) {
    if (coefficients[k] != 0) {
      return false;
    }
  }
  return true;
}

ChebyshevSeries chebyshev_from_monomials(std::span<const double> monomials, double radius) {
  // Horner: sum <- sum * (radius y) + a_k, with y T_0 = T_1 and y T_j = (T_(j+1) + T_(j-1)) / 2.
  std::vector<double> sum(std::max<std::size_t>(monomials.size(), 1));
  for (std::size_t k = monomials.size(); k-- > 0;) {
    std::vector<double> next(sum.size());
    for (std::size_t j = 0; j + 1 < sum.size(); ++j) {
      const double half = radius * sum[j] / 2;
      next[j + 1] += j == 0 ? 2 * half : half;
      if (j != 0) {
        next[j - 1] += half;
      }
    }
    next[0] += monomials[k];
    sum = std::move(next);
  }
  return {std::move(sum)};
}

double evaluate(const ChebyshevSeries& series, double y) noexcept {
  double b1 = 0;
  double b2 = 0;
  for (std::size_t k = series.coefficients.size(); k-- > 1;) {
    const double b0 = series.coefficients[k] + 2 * y * b1 - b2;
    b2 = b1;
    b1 = b0;
  }
  return series.coefficients.empty() ? 0 : series.coefficients[0] + y * b1 - b2;
}

ChebyshevDivision divide_by_chebyshev(const ChebyshevSeries& series, std::size_t index) {
  std::vector<double> rest = series.coefficients;
  std::vector<double> quotient(rest.size() > index ? rest.size() - index : 1);
  for (std::size_t k = rest.size(); k-- > index + 1;) {
    quotient[k - index] = 2 * rest[k];
    rest[k > 2 * index ? k - 2 * index : 2 * index - k] -= rest[k];
  }
  if (rest.size() > index) {
    quotient[0] = rest[index];
    rest.resize(index);
  }
  return {{std::move(quotient)}, {std::move(rest)}};
}

}  // namespace blindfit::circuits
