// Finds out what could act on the looked-at process besides its own threads.
#ifndef TASKLEAK_SRC_LINUX_PROC_OUTSIDE_H_
#define TASKLEAK_SRC_LINUX_PROC_OUTSIDE_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace taskleak::platform {

/// Says how signals and tracers could act on a process, from the status file of one of its threads.
struct Reach {
  bool handles_signals = false;  ///< a signal from outside would run a handler of the program
  bool handles_end = false;      ///< so would one that asks it to end: SIGINT, SIGQUIT, SIGTERM
  bool traced = false;           ///< by a debugger or the like

  /// Reads task/TID/status (proc_pid_status(5)). Returns nothing if it is cut off.
  ///
  /// A handler does not count if its signal is one that a thread causes itself (SIGSEGV and its
  /// kin, SIGPIPE), that glibc uses between threads, or that reports child processes.
  static std::optional<Reach> Parse(std::string_view status);
};

/// Reads that of the process that is looked at. Returns nothing if it cannot be read. Thread-safe,
/// as all here.
std::optional<Reach> ReadReach();

/// Returns true if the process has child processes, alive or ended, or if that cannot be read.
/// `threads` are its threads.
bool MayHaveChildren(const std::vector<int>& threads);

/// Returns true if the process has an io_uring(7), which can wake a thread on its own
/// (IORING_OP_FUTEX_WAKE), or if there are too many descriptors to look through. One that is
/// mapped is in SharedMemory too.
bool MayHaveRings();

/// The memory that another process could have as well.
class SharedMemory {
 public:
  /// Reads the lines of maps (proc_pid_maps(5)).
  static SharedMemory Parse(std::string_view maps);

  /// Returns true if `address` is in a mapping that is shared.
  [[nodiscard]] bool Has(std::uintptr_t address) const;
  /// Returns true if an io_uring(7) is among the mappings.
  [[nodiscard]] bool has_ring() const { return has_ring_; }

 private:
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> ranges_;  // begin and end, ascending
  bool has_ring_ = false;
};

/// Reads that of the process that is looked at. Returns nothing if it cannot be read.
std::optional<SharedMemory> ReadSharedMemory();

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_OUTSIDE_H_
