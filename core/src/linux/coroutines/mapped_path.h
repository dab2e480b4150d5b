// Finds out which file is mapped at an address, for code that may not use the allocator.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_MAPPED_PATH_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_MAPPED_PATH_H_

#include <cstddef>
#include <cstdint>

namespace taskleak::platform {

/// The path of the file whose mapping begins at an address of this process, as proc_pid_maps(5) has
/// it. Valid as long as this object lives.
class MappedPath {
 public:
  explicit MappedPath(std::uintptr_t begin);
  ~MappedPath();
  MappedPath(const MappedPath&) = delete;
  MappedPath& operator=(const MappedPath&) = delete;

  /// Returns null if no file is mapped there, or there is no memory.
  [[nodiscard]] const char* path() const { return path_; }

 private:
  static constexpr std::size_t kBuffer = std::size_t{64} << 10;  // for many lines

  void Search(long file, std::uintptr_t begin);
  [[nodiscard]] bool TakeLines(std::size_t size, std::uintptr_t begin, std::size_t* rest);

  char* buffer_;
  const char* path_ = nullptr;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_MAPPED_PATH_H_
