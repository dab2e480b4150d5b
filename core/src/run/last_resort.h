// The report that needs nothing: for when the process is so stuck that even reporting hangs.
#ifndef TASKLEAK_SRC_RUN_LAST_RESORT_H_
#define TASKLEAK_SRC_RUN_LAST_RESORT_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "taskleak/internal/own_thread.h"

namespace taskleak::run {

/// A thread that sleeps until EndSoon(), and ends the process with code 1 a while later, unless it
/// has already ended. If the report was not printed by then, writes a report of its own to standard
/// error: each thread's name and place, and the values on its stack that look like return
/// addresses, as module and offset. From EndSoon() on it uses only system calls and memory of its
/// own: no allocator, loader or stdio lock.
class LastResort {
 public:
  /// Returns when the thread is up: later it might need the very locks that the test is stuck with.
  LastResort();
  /// In a forked child only lets go of the thread.
  ~LastResort();
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;

  /// What the report says does not return: the test `scope`, or a `phase` of it.
  void SetScope(std::string_view scope, std::string_view phase);
  void EndSoon();
  /// The full report is out; ending is all that is left to do.
  void Reported();

 private:
  void Wait();

  std::array<char, 256> name_{};
  std::atomic<std::uint32_t> phase_;
  internal::OwnThread thread_;
};

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_LAST_RESORT_H_
