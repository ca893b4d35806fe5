// SPDX-License-Identifier: Apache-2.0
#include "blindfit/matrix/volley_revolver.h"

#include <algorithm>
#include <bit>
#include <string>

#include "blindfit/matrix/fold.h"

namespace blindfit::matrix {
namespace {

void require_fit(RowMajorShape shape, MatrixView m) {
  if (m.rows > shape.rows || m.columns > shape.columns) {
    throw base::Error(base::ErrorCode::kInvalidArgument,
                      "a matrix must fit " + std::to_string(shape.rows) + " x " +
                          std::to_string(shape.columns) + " slots: " + std::to_string(m.rows) +
                          " x " + std::to_string(m.columns));
  }
}

ckks::Ciphertext fold(const ckks::Encoder& encoder, const ckks::EvaluationKeys& keys,
                      ckks::Ciphertext ct, const std::vector<FoldStage>& stages) {
  for (const FoldStage& stage : stages) {
    ckks::sum_of_rotations(encoder.context(), keys, ct, stage, ct);
  }
  return ct;
}

/// Multiplies by a mask and rescales, keeping the scale exactly.
ckks::Ciphertext mask(const ckks::Encoder& encoder, const ckks::Ciphertext& ct,
                      const std::vector<double>& values) {
  const rlwe::Scale q{static_cast<double>(encoder.context().q(ct.level()))};
  ckks::Ciphertext out;
  ckks::multiply_plain(encoder.context(), ct, encoder.encode(values, q, ct.level()), out);
  ckks::rescale(encoder.context(), out);
  return out;
}

/// One at (i, column(i)) where column(i) < limit.
template <typename Column>
std::vector<double> column_mask(RowMajorShape shape, std::size_t limit, Column column) {
  std::vector<double> values(shape.rows * shape.columns, 0.0);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    if (column(i) < limit) {
      values[shape.columns * i + column(i)] = 1;
    }
  }
  return values;
}

}  // namespace

Slots pack_row_major(RowMajorShape shape, MatrixView a) {
  require_fit(shape, a);
  Slots slots(shape.rows * shape.columns);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) {
      slots[shape.columns * i + j] = a.at(i, j);
    }
  }
  return slots;
}

Slots pack_revolving(RowMajorShape shape, MatrixView b) {
  require_fit(shape, b);
  const std::size_t period = std::bit_ceil(b.rows);
  Slots slots(shape.rows * shape.columns);
  for (std::size_t i = 0; i < shape.rows; ++i) {
    for (std::size_t j = 0; i % period < b.rows && j < b.columns; ++j) {
      slots[shape.columns * i + j] = b.at(i % period, j);
    }
  }
  return slots;
}

std::vector<ckks::Steps> revolver_steps(RowMajorShape shape, std::size_t revolving_rows) {
  std::vector<ckks::Steps> steps;
  const auto add = [&](ckks::Steps s) {
    if (s.value != 0 && std::find(steps.begin(), steps.end(), s) == steps.end()) {
      steps.push_back(s);
    }
  };
  for (std::size_t r = 1; r < std::bit_ceil(revolving_rows); ++r) {
    add({static_cast<std::int64_t>(r * shape.columns)});
  }
  for (const auto& stages : {fold_to_lane(shape.columns, 0), spread_from_lane(shape.columns, 0)}) {
    for (const FoldStage& stage : stages) {
      std::for_each(stage.begin(), stage.end(), add);
    }
  }
  return steps;
}

ckks::Ciphertext multiply_transposed(const ckks::Encoder& encoder, const ckks::EvaluationKeys& keys,
                                     RowMajorShape shape, const ckks::Ciphertext& a,
                                     const ckks::Ciphertext& b, std::size_t revolving_rows) {
  const ckks::Context& context = encoder.context();
  const std::size_t period = std::bit_ceil(revolving_rows);
  std::vector<ckks::Steps> revolutions;
  for (std::size_t r = 0; r < period; ++r) {
    revolutions.push_back({static_cast<std::int64_t>(r * shape.columns)});
  }
  const std::vector<ckks::Ciphertext> turned = ckks::rotate_hoisted(context, keys, b, revolutions);
  const std::vector<double> first =
      column_mask(shape, 1, [](std::size_t) { return std::size_t{0}; });
  ckks::Ciphertext sum;
  for (std::size_t r = 0; r < period; ++r) {
    ckks::Ciphertext product = ckks::multiply(context, a, turned[r]);
    ckks::relinearize_and_rescale(context, keys, product);
    // Row sums stand in column 0; spread over the row, then kept where the class of this revolution
    // belongs.
    product = mask(encoder, fold(encoder, keys, product, fold_to_lane(shape.columns, 0)), first);
    product = fold(encoder, keys, product, spread_from_lane(shape.columns, 0));
    product =
        mask(encoder, product,
             column_mask(shape, revolving_rows, [&](std::size_t i) { return (i + r) % period; }));
    if (r == 0) {
      sum = std::move(product);
    } else {
      ckks::add(context, sum, product, sum);
    }
  }
  return sum;
}

}  // namespace blindfit::matrix
