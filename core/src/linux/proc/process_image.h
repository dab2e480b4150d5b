// Shows a process from a file instead of from the kernel.
#ifndef TASKLEAK_SRC_LINUX_PROC_PROCESS_IMAGE_H_
#define TASKLEAK_SRC_LINUX_PROC_PROCESS_IMAGE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "linux/proc/thread_info.h"

namespace taskleak::platform {

/// A thread of an image.
struct ImageThread {
  int tid = 0;
  std::string name{};  ///< empty if the image does not have it
  BlockedAt at{};
  std::vector<std::uint64_t> registers{};  ///< their values, by DWARF number
};

/// Answers what the functions of linux/proc ask of a process that is looked at (LookAtImage). All
/// of it is of one moment and never changes. Thread-safe.
class ProcessImage {
 public:
  virtual ~ProcessImage() = default;

  [[nodiscard]] virtual pid_t pid() const = 0;
  /// Returns the threads, by ascending number.
  [[nodiscard]] virtual std::span<const ImageThread> threads() const = 0;
  /// Does what platform::ReadMemory does.
  [[nodiscard]] virtual std::size_t ReadMemory(std::uintptr_t address, void* buffer,
                                               std::size_t size) const = 0;
  /// Returns the mappings in the form of proc_pid_maps(5).
  [[nodiscard]] virtual const std::string& maps() const = 0;
  /// Returns the bits in which return addresses may be signed; 0 if they are not.
  [[nodiscard]] virtual std::uintptr_t signature_bits() const = 0;
  /// Returns the file of this machine that has the contents of a mapped file; empty if there is
  /// none.
  [[nodiscard]] virtual std::string PathOf(std::string_view mapped_file) const = 0;
  /// Returns folders to search for separate debug information, as debuginfo_path of libdwfl has
  /// them.
  [[nodiscard]] virtual const std::string& debug_path() const = 0;

  /// Returns the thread with that number; null if there is none.
  [[nodiscard]] const ImageThread* Find(int tid) const;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_PROCESS_IMAGE_H_
