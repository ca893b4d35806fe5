// SPDX-License-Identifier: Apache-2.0
// What the demo's page shows: plain values, gathered by whoever ran the journey.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace blindfit::report {

/// A labelled curve over iterations 1, 2, ...
struct Curve {
  std::string label;
  std::vector<double> values;  ///< fractions
};

/// A grey image with its label and what the head makes of it.
struct Picture {
  std::size_t side = 0;
  std::vector<double> ink;  ///< side * side values in [0, 1], row by row
  int label = 0;
  int prediction = 0;
};

/// A file as the cloud sees it.
struct CloudFile {
  std::string name;
  double bytes = 0;
  std::string some_bytes;  ///< in hexadecimal, from inside the file
};

using Row = std::pair<std::string, std::string>;

struct Figures {
  std::size_t train_rows = 0;
  std::size_t heldout_rows = 0;
  std::size_t pixels = 0;
  std::string method;              ///< one sentence: features, optimizer, iterations
  double heldout_accuracy = 0;     ///< of the head trained on ciphertexts
  double plaintext_accuracy = 0;   ///< of logistic regression in the clear, run to its end
  double owner_only_accuracy = 0;  ///< of (Y - 1/2)^T X
  Curve encrypted;
  Curve mirror;                                     ///< the same iterations in the clear
  std::vector<std::vector<std::size_t>> confusion;  ///< [label][prediction]
  std::vector<Picture> pictures;
  std::vector<Row> costs;
  std::vector<CloudFile> cloud_files;
  std::string credit;  ///< of the data
};

}  // namespace blindfit::report
