// Memory for code that may not use the allocator.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_PAGE_VECTOR_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_PAGE_VECTOR_H_

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "linux/arch/raw_call.h"
#include "linux/proc/memory.h"

// Is there in a program with ThreadSanitizer (compiler-rt's tsan_interface.h).
extern "C" [[gnu::weak]] void __tsan_init();  // NOLINT(bugprone-reserved-identifier)

namespace taskleak::platform {

/// Returns `size` bytes of zeros straight from the kernel; null if there are none. Async-signal-
/// safe. The space costs memory only where it is written.
inline void* MapPages(std::size_t size) {
  const long pages = RawCall(SYS_mmap, 0, static_cast<long>(size), PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return pages < 0 ? nullptr : reinterpret_cast<void*>(pages);
}

/// Gives back what MapPages() or SYS_mmap returned; null is allowed. Async-signal-safe.
inline void UnmapPages(const void* pages, std::size_t size) {
  if (pages == nullptr) return;
  if (__tsan_init == nullptr) {
    RawCall(SYS_munmap, reinterpret_cast<long>(pages), static_cast<long>(size));
    return;
  }
  // ThreadSanitizer must see it. Otherwise it takes the next use of the addresses, by any code, for
  // a race with what was read here. It forgets whole pages only.
  const std::size_t page = PageSize();
  munmap(const_cast<void*>(pages), (size + page - 1) / page * page);
}

/// Implements a growing array outside of the allocator's memory. If there is no memory, it drops
/// added values, and dropped() returns true.
template <typename T>
class PageVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  PageVector() = default;
  PageVector(PageVector&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        bytes_(std::exchange(other.bytes_, 0)),
        dropped_(other.dropped_) {}
  PageVector(const PageVector&) = delete;
  PageVector& operator=(const PageVector&) = delete;
  PageVector& operator=(PageVector&&) = delete;
  ~PageVector() { UnmapPages(data_, bytes_); }

  void push_back(const T& value) {
    if ((size_ + 1) * sizeof(T) > bytes_ && !Grow()) {
      dropped_ = true;
      return;
    }
    data_[size_++] = value;
  }

  [[nodiscard]] bool dropped() const { return dropped_; }
  [[nodiscard]] std::span<T> values() { return {data_, size_}; }
  [[nodiscard]] std::span<const T> values() const { return {data_, size_}; }
  /// Gives the memory away for good.
  std::span<const T> Release() { return {std::exchange(data_, nullptr), std::exchange(size_, 0)}; }

 private:
  bool Grow() {
    constexpr std::size_t kFirst = std::size_t{1} << 16;
    const std::size_t bytes = bytes_ == 0 ? kFirst : bytes_ * 2;
    auto* const data = static_cast<T*>(MapPages(bytes));
    if (data == nullptr) return false;
    for (std::size_t i = 0; i < size_; ++i) data[i] = data_[i];
    UnmapPages(data_, bytes_);
    data_ = data;
    bytes_ = bytes;
    return true;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
  bool dropped_ = false;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_PAGE_VECTOR_H_
