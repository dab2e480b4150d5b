// Records what is alive, to compare it with what is alive later.
#ifndef TASKLEAK_SNAPSHOT_H_
#define TASKLEAK_SNAPSHOT_H_

#include <memory>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

namespace internal {
struct SnapshotData;
}  // namespace internal

/// Records what is alive at one moment. A snapshot holds only identities, so taking one costs
/// microseconds and does not disturb any thread.
///
/// The identity of a thread is its kernel id together with its start time, so a later thread with
/// the same id is a different thread. Immutable and cheap to copy; copies may be used from several
/// threads at once.
///
/// Example:
///   const auto before = taskleak::Snapshot::Take();
///   RunTheThing();
///   const taskleak::LeakReport report = taskleak::FindLeaks(before);
class Snapshot {
 public:
  /// Records what is alive now. Thread-safe. Does not throw: if /proc is missing or there is no
  /// memory, a later FindLeaks reports that in LeakReport::could_not_look.
  [[nodiscard]] static Snapshot Take();

  /// Makes an empty snapshot. Compared with it, every thread but the caller's and the main thread
  /// is new.
  Snapshot() = default;

  /// Returns null for a default-constructed snapshot. For taskleak's own parts.
  [[nodiscard]] const std::shared_ptr<const internal::SnapshotData>& data() const { return data_; }

 private:
  std::shared_ptr<const internal::SnapshotData> data_;
};

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_SNAPSHOT_H_
