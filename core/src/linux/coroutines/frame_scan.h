// Searches memory for what looks like coroutines' frames.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_FRAME_SCAN_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_FRAME_SCAN_H_

#include <cstdint>
#include <vector>

namespace taskleak::platform {

/// The functions of all coroutines in the process that is looked at, ascending.
struct CoroutineFunctions {
  std::vector<std::uintptr_t> resume;
  std::vector<std::uintptr_t> destroy;
};

/// Reads the symbol tables of everything that is mapped. Takes some milliseconds for 100,000
/// symbols.
CoroutineFunctions FindCoroutineFunctions();

/// Returns the addresses in writable memory where a destroy function is the second of two words,
/// and the first is a resume function or null. Frames that were freed can look so, too. Reads at
/// most 512 MB of pages that were ever written, the smallest mappings first, and returns at most
/// 10,000; takes some 25 ms for 100 MB. The memory of other threads may change and be unmapped
/// meanwhile.
std::vector<std::uintptr_t> ScanForFrames(const CoroutineFunctions& functions);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_FRAME_SCAN_H_
