// A copy of a thread's stack.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_STACK_IMAGE_H_
#define TASKLEAK_SRC_LINUX_UNWIND_STACK_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace taskleak::platform {

/// The words from a stack pointer upwards. Everything that unwinding reads of a stack, it reads
/// here, so a damaged stack can lead it astray but not to a fault. Not thread-safe.
class StackImage {
 public:
  /// Copies the beginning of the stack of a thread at `sp`, its red zone included. More is copied
  /// as it is asked for, and `read_later()` says that it was: the caller must then see to it that
  /// the thread has not run in between. Returns false if nothing could be read.
  bool Copy(std::uintptr_t sp);
  /// Takes over a copy that somebody else made; nothing but that can be read then.
  void Adopt(std::uintptr_t base, const void* words, std::size_t size);

  /// The word at `address`, or nothing if it cannot be read.
  std::optional<std::uint64_t> Word(std::uintptr_t address);

  /// The end of what is copied.
  [[nodiscard]] std::uintptr_t end() const { return base_ + size_; }
  /// Copies four times as much. Returns false if there is no more, or too much.
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
