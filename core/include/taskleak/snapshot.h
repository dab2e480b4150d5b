// What is alive at one moment, to be compared with what is alive later.
#ifndef TASKLEAK_SNAPSHOT_H_
#define TASKLEAK_SNAPSHOT_H_

#include <memory>

namespace taskleak {

namespace internal {
struct SnapshotData;
}  // namespace internal

/// What is alive at one moment: identities only, so taking one costs microseconds and touches no
/// thread.
///
/// A thread's identity is its kernel id together with its start time, so a later thread that was
/// given the same number is another thread. Immutable and cheap to copy; copies may be used from
/// several threads at once.
///
/// Example:
///   const auto before = taskleak::Snapshot::Take();
///   RunTheThing();
///   const taskleak::LeakReport report = taskleak::FindLeaks(before);
class Snapshot {
 public:
  /// What is alive now. Thread-safe. Never throws for want of /proc: FindLeaks then says in its
  /// notes that it could not look.
  [[nodiscard]] static Snapshot Take();

  /// Nothing is known to be alive: against it, every thread but the caller's and the main one is
  /// new.
  Snapshot() = default;

  /// For taskleak's own parts; null for a default-constructed snapshot.
  [[nodiscard]] const std::shared_ptr<const internal::SnapshotData>& data() const { return data_; }

 private:
  std::shared_ptr<const internal::SnapshotData> data_;
};

}  // namespace taskleak

#endif  // TASKLEAK_SNAPSHOT_H_
