// Reports without any resources, if the process is so stuck that even reporting hangs.
#ifndef TASKLEAK_SRC_RUN_LAST_RESORT_H_
#define TASKLEAK_SRC_RUN_LAST_RESORT_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "linux/proc/clock.h"
#include "run/hung_scope.h"
#include "taskleak/internal/own_thread.h"

namespace taskleak::run {

/// Runs a thread that sleeps until EndSoon(), and ends the process with code 1 a while later,
/// unless it has already ended. A report that takes long but uses a processor gets more time. If
/// the report was not printed by then, the thread writes it to
/// standard error. If there is no report, it writes one of its own there and to the JSON file: each
/// thread's name and place, and the values on its stack that look like return addresses, as module
/// and offset. From EndSoon() on it uses only system calls and memory of its own: no lock of the
/// allocator, the loader or stdio.
class LastResort {
 public:
  /// How long a report may take before it is asked whether it still runs.
  static constexpr std::chrono::milliseconds kGrace{10'000};

  /// Starts the thread. `json` is where the JSON report goes (Options::json). Returns when the
  /// thread is up: later it might need the very locks that the test is stuck with.
  explicit LastResort(const std::string& json, std::chrono::milliseconds grace = kGrace);
  /// Ends the thread. In a forked child, only releases it.
  ~LastResort();
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;

  /// Sets what the report names as not returning: the test `scope`, or a `phase` of it.
  void SetScope(std::string_view scope, std::string_view phase) { scope_.Set(scope, phase); }
  /// Ends the process a while after `from_now` has passed, in which the calling thread makes the
  /// report. The last call counts.
  void EndSoon(std::chrono::milliseconds from_now = std::chrono::milliseconds(0));
  /// Takes EndSoon() back.
  void NotYet();
  /// Records that there is a full report, which is about to be printed. `text` must outlive this
  /// object.
  void Reported(const std::string& text);
  /// Records that the report was printed; only the end of the process is left to do.
  void Printed();

 private:
  using Clock = platform::Clock;

  void Wait();
  bool GetsMoreTime(Clock::rep end);
  [[noreturn]] void End();

  HungScope scope_;
  const std::string json_;
  const std::string json_beside_;  // for use if a report of earlier tests exists
  const std::chrono::milliseconds grace_;
  std::atomic<int> extensions_{0};
  std::atomic<int> reporter_{0};               // the thread that makes the report
  std::atomic<std::int64_t> reporter_ran_{0};  // its processor time when it was last asked for
  std::atomic<const char*> text_{nullptr};
  std::atomic<std::size_t> text_size_{0};
  std::atomic<Clock::rep> end_{0};
  std::atomic<std::uint32_t> phase_;
  internal::OwnThread thread_;
};

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_LAST_RESORT_H_
