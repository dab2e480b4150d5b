// The memory of one live task.
#ifndef TASKLEAK_SRC_REGISTRY_TASK_SLOT_H_
#define TASKLEAK_SRC_REGISTRY_TASK_SLOT_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "taskleak/internal/task_head.h"

namespace taskleak::registry {

/// Holds a short text that may be read while it is changed. A reader finds out by other means
/// whether it was changed.
template <std::size_t words>
class AtomicText {
 public:
  static constexpr std::size_t kMost = words * sizeof(std::uint64_t) - 1;  // one byte is the length

  void Store(std::string_view text) {
    std::array<std::uint64_t, words> copy{};
    const std::size_t size = std::min(text.size(), kMost);
    auto* const bytes = reinterpret_cast<char*>(copy.data());
    bytes[0] = static_cast<char>(size);
    std::copy_n(text.data(), size, bytes + 1);
    for (std::size_t i = 0; i <= size / sizeof(std::uint64_t); ++i)
      words_[i].store(copy[i], std::memory_order_release);
  }

  void Clear() { words_[0].store(0, std::memory_order_release); }
  void CopyFrom(const AtomicText& other) {
    for (std::size_t i = 0; i < words; ++i)
      words_[i].store(other.words_[i].load(std::memory_order_relaxed), std::memory_order_release);
  }

  [[nodiscard]] std::string Load() const {
    std::array<std::uint64_t, words> copy;
    for (std::size_t i = 0; i < words; ++i) copy[i] = words_[i].load(std::memory_order_acquire);
    const auto* const bytes = reinterpret_cast<const char*>(copy.data());
    return std::string(bytes + 1,
                       std::min<std::size_t>(static_cast<unsigned char>(bytes[0]), kMost));
  }

 private:
  std::array<std::atomic<std::uint64_t>, words> words_{};
};

}  // namespace taskleak::registry

namespace taskleak::internal {

/// Holds one task. This memory is never given back to the allocator, so it can be read at any time:
/// a reader copies it, and then checks that `serial` and `place` have not changed. To make that
/// work, all other values are written with release and read with acquire ordering (H.-J. Boehm,
/// "Can seqlocks get along with programming language memory models?", MSPC 2012). A free slot has
/// no texts, descriptor, hint and memory.
struct TaskSlot : TaskHead {
  registry::AtomicText<6> name;
  registry::AtomicText<8> waiting;
  /// Where a fiber's stack pointer is kept while it is parked, or the FrameWord of a coroutine that
  /// is known by its allocation; 0 for other tasks.
  std::atomic<std::uint64_t> memory{0};
};

static_assert(sizeof(TaskSlot) == 256);

}  // namespace taskleak::internal

#endif  // TASKLEAK_SRC_REGISTRY_TASK_SLOT_H_
