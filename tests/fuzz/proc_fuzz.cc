// Any text as each of the other files in /proc that are read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "linux/proc/births.h"
#include "linux/proc/children.h"
#include "linux/proc/thread_lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::platform;  // NOLINT(google-build-using-namespace)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto stat = ParseStat(text)) {
    if (text.find(stat->name) == std::string_view::npos) std::abort();
    if (stat->state == 'Z' && !stat->exiting) std::abort();
  }
  if (const auto stat = ParseProcessStat(text)) {
    if (text.find(stat->name) == std::string_view::npos) std::abort();
    if (stat->ended() && stat->stopped()) std::abort();
  }
  if (const auto at = ParseSyscall(text); at && at->running && at->number != -1) std::abort();
  if (const auto count = ParseSchedstat(text); count && count->switches == 0) std::abort();
  static_cast<void>(ParseSwitches(text));
  for (const int signal : {1, 64}) static_cast<void>(ParseSignal(text, "SigBlk", signal));
  if (ParseCursor(text) == std::uint64_t{0}) std::abort();
  static_cast<void>(ParseMachineBirths(text));
  return 0;
}
