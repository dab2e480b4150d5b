// What exactly a blocked thread waits for.
#ifndef TASKLEAK_SRC_EXPLAIN_WAIT_DETAIL_H_
#define TASKLEAK_SRC_EXPLAIN_WAIT_DETAIL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "explain/wait_state.h"
#include "linux/look/lock.h"
#include "linux/proc/descriptor.h"
#include "linux/proc/thread_info.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// What is held by another thread, where that is sure: glibc's mutexes and read-write locks, and
/// the end of a thread that is joined. Its holder is as memory has it now.
std::optional<platform::Hold> ReadHold(const Wait& wait, const platform::BlockedAt& at);

/// The address of a condition variable or semaphore that is waited for; 0 for all else.
std::uintptr_t WaitsAt(const Wait& wait, const platform::BlockedAt& at);

/// "descriptor 5, listening TCP 127.0.0.1:8080"
std::string DescriptorText(const platform::Descriptor& descriptor);

/// Says what exactly threads wait for. For one look, since it keeps what it found of pipes. Not
/// thread-safe.
class WaitDescriber {
 public:
  /// In words, for a thread `tid` in `state` at `at`: its lock, its descriptors with their kind and
  /// addresses, how long it will still wait, or the call in which it is. Empty where the call shows
  /// no more than the state does.
  std::string Describe(WaitState state, const platform::BlockedAt& at,
                       const std::optional<platform::Hold>& hold, int tid);

 private:
  std::string PipeText(const platform::Descriptor& descriptor, WaitState state);

  std::optional<platform::PipeEnds> pipe_ends_;  // found when first needed
};

/// In a description: nobody in this process can write to the pipe.
inline constexpr std::string_view kNoWriter = "no write end in this process";
/// In a description: it is what descriptor 0 is.
inline constexpr std::string_view kStandardInput = "standard input";

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_WAIT_DETAIL_H_
