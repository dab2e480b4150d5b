// What is kept of one live task.
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

#include "registry/origin.h"

namespace taskleak::registry {

struct CreationStack;
struct TaskChunk;

/// A short text that may be read while it is changed; a reader tells by other means whether it was.
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

/// The memory of one task. It is never given back to the allocator, so it can be read at any time:
/// a reader copies it and then looks whether `serial` and `version` are still what they were
/// before. For that, all else is written with release and read with acquire ordering (H.-J. Boehm,
/// "Can seqlocks get along with programming language memory models?", MSPC 2012).
struct alignas(64) TaskSlot {
  std::atomic<std::uint64_t> serial{0};   ///< 0: no task
  std::atomic<std::uint64_t> epoch{0};    ///< in which it was born (registry/task_registry.h)
  std::atomic<std::uint64_t> version{0};  ///< odd while what follows `born` in a life is changed

  std::atomic<std::uint64_t> parent{0};
  std::atomic<std::int64_t> born{0};    ///< nanoseconds of the monotonic clock
  std::atomic<std::uintptr_t> site{0};  ///< return address in the code that created it; may be 0
  std::atomic<const registry::CreationStack*> stack{nullptr};
  std::atomic<registry::Origin> origin{0};
  std::atomic<int> line{0};               ///< where the coroutine awaits
  std::atomic<std::uint64_t> adopted{0};  ///< serial of a task that is not to be reported any more

  std::atomic<std::uint8_t> state{0};  ///< a WaitState
  std::atomic<int> thread{0};          ///< that runs it, while it is running
  registry::AtomicText<6> name;
  registry::AtomicText<8> waiting;

  std::atomic<std::uintptr_t> code{0};       ///< a function of the coroutine; 0 if it is none
  std::atomic<const char*> file{nullptr};    ///< where the coroutine awaits
  std::atomic<std::uint64_t> awaited_by{0};  ///< serial of the coroutine that goes on after it
  std::atomic<std::uintptr_t> saved_sp{0};   ///< where a fiber's stack pointer is kept while it is
                                             ///< parked; 0 if it is no fiber
  std::atomic<std::uint64_t> turns{0};       ///< births and ends so far: odd while there is a task

  registry::TaskChunk* chunk = nullptr;
  TaskSlot* next_free = nullptr;   ///< of no meaning while it is a task's
  TaskSlot* next_batch = nullptr;  ///< the same
};

static_assert(sizeof(TaskSlot) == 256);

}  // namespace taskleak::internal

#endif  // TASKLEAK_SRC_REGISTRY_TASK_SLOT_H_
