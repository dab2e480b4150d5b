// Finds the pages of the looked-at process that were ever written.
#ifndef TASKLEAK_SRC_LINUX_PROC_PRESENT_PAGES_H_
#define TASKLEAK_SRC_LINUX_PROC_PRESENT_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace taskleak::platform {

/// Finds the pages of a mapping that are in memory or in swap; the others were reserved and never
/// touched, or hold what their file holds. Not thread-safe.
class PresentPages {
 public:
  PresentPages();
  ~PresentPages();
  PresentPages(const PresentPages&) = delete;
  PresentPages& operator=(const PresentPages&) = delete;

  /// Calls `visit` with the begin and end of each run of such pages between `begin` and `end`,
  /// ascending. If the kernel does not show which they are, visits the whole range. Asks for at
  /// most 4 million pages (16 GiB) in all, which takes some 100 ms, and visits none beyond.
  void ForEachRun(std::uintptr_t begin, std::uintptr_t end,
                  const std::function<void(std::uintptr_t, std::uintptr_t)>& visit);

 private:
  // Reads what the kernel says of the pages from `begin` on; false if it says nothing.
  bool Read(std::uintptr_t begin, std::size_t pages);

  int fd_;
  std::size_t left_ = std::size_t{4} << 20;
  std::vector<std::uint64_t> entries_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_PRESENT_PAGES_H_
