// SPDX-License-Identifier: Apache-2.0
// What training leaves behind after every iteration: weights for the owner, a state to go on from
// (one and the same file where weights are refreshed), and a record for people.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "apps/cloud/job.h"
#include "apps/program/made_folder.h"

namespace blindfit::cloud {

/// Where a run stands.
struct TrainingRecord {
  std::vector<double> iteration_seconds;  ///< one per finished iteration
  double load_seconds = 0;
  double setup_seconds = 0;  ///< the label product and the matrices of refreshes
  double peak_anonymous_mib = 0;
  std::size_t threads = 0;

  // Not saved:
  std::size_t pairs_at_once = 0;       ///< row pairs of X in memory at a time if it is streamed
  double validation_seconds = 0;       ///< logits, and refreshes that the next iteration then finds
  std::optional<std::size_t> stopped;  ///< the iteration to which the owner answered stop

  [[nodiscard]] std::size_t finished() const noexcept { return iteration_seconds.size(); }
};

using State = learn::TrainingState<ckks::Ciphertext>;

class ResultFolder {
 public:
  /// Makes the folder, which goes again if no iteration is saved, or opens it to resume. Throws
  /// Error{kIo} if it holds files and `resume` is false; Error{kForeign} if it belongs to another
  /// job.
  ResultFolder(std::filesystem::path path, const Job& job, bool resume);

  /// The last iteration of which everything is there and whole: its record, and its state in
  /// `state`. A damaged or foreign checkpoint is refused with a warning on stderr, and the one
  /// before it is used; at least two are kept. Throws what the reader of the oldest one says if
  /// none can be used.
  [[nodiscard]] TrainingRecord load_latest(State& state) const;

  /// W after an earlier iteration as inference takes it: an incomplete state. Throws what the
  /// reader says.
  [[nodiscard]] State load_weights(std::size_t iteration) const;

  /// Writes what the owner reads, then the state unless this was the last iteration, then the
  /// record; only then removes the state before the previous one. Whatever moment a kill picks, the
  /// folder resumes from this or the previous iteration. If the first iteration cannot be saved,
  /// nothing of it stays.
  void save_iteration(const State& state, const TrainingRecord& record) const;

 private:
  [[nodiscard]] wire::Role role(wire::RoleKind kind, std::size_t iteration) const;
  [[nodiscard]] std::filesystem::path path_of(wire::RoleKind kind, std::size_t iteration) const;
  [[nodiscard]] ckks::Ciphertext load(wire::RoleKind kind, std::size_t iteration) const;
  void save(wire::RoleKind kind, std::size_t iteration, const ckks::Ciphertext& ct) const;
  /// Throws what the readers say if anything of `iteration` is missing or damaged.
  [[nodiscard]] State load_state(std::size_t iteration) const;
  void remove(std::initializer_list<wire::RoleKind> kinds, std::size_t iteration) const;
  void save_files(const State& state, const TrainingRecord& record) const;
  void save_record(const TrainingRecord& record) const;
  [[nodiscard]] std::optional<nlohmann::json> read_record() const;
  /// The file without which there is no checkpoint.
  [[nodiscard]] wire::RoleKind state_kind() const;

  std::filesystem::path path_;
  program::MadeFolder folder_;
  const Job& job_;
};

}  // namespace blindfit::cloud
