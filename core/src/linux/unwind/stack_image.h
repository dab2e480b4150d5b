// Keeps a copy of a thread's stack.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_STACK_IMAGE_H_
#define TASKLEAK_SRC_LINUX_UNWIND_STACK_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace taskleak::platform {

/// Holds the words from a stack pointer upwards. Unwinding reads all words of a stack here, so a
/// damaged stack can mislead it but cannot cause a fault. Not thread-safe.
class StackImage {
 public:
  /// Copies the beginning of the stack of a thread at `sp`, including its red zone. More is copied
  /// when it is needed, and then `read_later()` is true: the caller must check that the thread has
  /// not run in between. Returns false if nothing could be read.
  bool Copy(std::uintptr_t sp);
  /// Uses a copy that other code has made. Only this copy can be read then.
  void Adopt(std::uintptr_t base, const void* words, std::size_t size);

  /// Returns the word at `address`, or nothing if it cannot be read.
  std::optional<std::uint64_t> Word(std::uintptr_t address);

  /// Returns the end of the copy.
  [[nodiscard]] std::uintptr_t end() const { return base_ + size_; }
  /// Makes the copy up to four times as large. Returns false if there is no more memory of the
  /// stack, or too much.
  bool Grow();
  [[nodiscard]] bool read_later() const { return read_later_; }

 private:
  std::vector<char> bytes_;  // keeps its room from one stack to the next
  std::uintptr_t base_ = 0;
  std::size_t size_ = 0;
  bool live_ = false;  // more can be read from the thread itself
  bool read_later_ = false;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_STACK_IMAGE_H_
