#include "registry/birth_store.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <new>

#include "linux/arch/raw_call.h"

// LeakSanitizer searches registered regions for pointers to the program's memory
// (sanitizer/lsan_interface.h): a thread that has not begun has its argument only in its record.
extern "C" __attribute__((weak)) void __lsan_register_root_region(  // NOLINT: the sanitizer's name
    const void* begin, std::size_t size);

namespace taskleak::registry {
namespace {

using internal::ThreadBirth;

constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
constexpr std::size_t kChunkBirths = kChunkBytes / sizeof(ThreadBirth);
constexpr std::size_t kFirstBirths = 64;

// These exist so that a process without free memory still has some.
constinit std::array<ThreadBirth, kFirstBirths> g_first_births{};
constinit std::atomic<bool> g_first_taken{false};

// The stack of free records: the address of the top one in the upper 48 bits (no processor's user
// space has more, unless a program asks for it), and a count of changes in the lower bits. So a top
// that was taken and given back in between is not mistaken for an untouched stack.
constexpr int kCountBits = 16;
constinit std::atomic<std::uint64_t> g_free{0};

ThreadBirth* TopOf(std::uint64_t word) {
  return reinterpret_cast<ThreadBirth*>(word >> kCountBits);  // NOLINT(performance-no-int-to-ptr)
}

std::uint64_t WithTop(std::uint64_t word, const ThreadBirth* top) {
  const auto count = static_cast<std::uint16_t>(word + 1);
  return reinterpret_cast<std::uintptr_t>(top) << kCountBits | count;
}

void PushFree(ThreadBirth* first, ThreadBirth* last) {
  std::uint64_t word = g_free.load(std::memory_order_relaxed);
  do {
    last->next_free.store(TopOf(word), std::memory_order_relaxed);
  } while (!g_free.compare_exchange_weak(word, WithTop(word, first), std::memory_order_release,
                                         std::memory_order_relaxed));
}

ThreadBirth* PopFree() {
  std::uint64_t word = g_free.load(std::memory_order_acquire);
  while (TopOf(word) != nullptr) {
    ThreadBirth* const next = TopOf(word)->next_free.load(std::memory_order_relaxed);
    if (g_free.compare_exchange_weak(word, WithTop(word, next), std::memory_order_acquire))
      return TopOf(word);
  }
  return nullptr;
}

// Returns the first record and makes the others free ones.
ThreadBirth* Share(ThreadBirth* births, std::size_t count) {
  for (std::size_t i = 1; i + 1 < count; ++i)
    births[i].next_free.store(&births[i + 1], std::memory_order_relaxed);
  PushFree(&births[1], &births[count - 1]);
  return births;
}

ThreadBirth* MapChunk() {
  constexpr long kNoFile = -1;
  const long address = platform::RawCall(SYS_mmap, 0, kChunkBytes, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS, kNoFile, 0);
  if (address < 0) return nullptr;
  void* const memory = reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
  if (__lsan_register_root_region != nullptr) __lsan_register_root_region(memory, kChunkBytes);
  auto* const births = static_cast<ThreadBirth*>(memory);
  for (std::size_t i = 0; i < kChunkBirths; ++i) new (&births[i]) ThreadBirth;
  return Share(births, kChunkBirths);
}

}  // namespace

ThreadBirth* TakeBirth() {
  if (ThreadBirth* const birth = PopFree()) return birth;
  if (!g_first_taken.exchange(true)) return Share(g_first_births.data(), kFirstBirths);
  return MapChunk();
}

void GiveBackBirth(ThreadBirth* birth) { PushFree(birth, birth); }

}  // namespace taskleak::registry
