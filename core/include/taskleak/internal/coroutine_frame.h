// Learns of coroutine frames from the allocations of the program. For the hooks and for
// CoroutineTask.
#ifndef TASKLEAK_INTERNAL_COROUTINE_FRAME_H_
#define TASKLEAK_INTERNAL_COROUTINE_FRAME_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

struct TaskHead;

/// Says whether the process has hooks that call NoteNew() and NoteDelete().
enum class FrameHooks : std::uint8_t {
  kNone,      ///< taskleak::any_coroutine is not linked
  kReady,     ///< they stand before the allocator
  kReplaced,  ///< the program has an operator new or delete of its own, which came first
};

/// Sets which hooks there are. Called once, when the program is loaded.
void SetFrameHooks(FrameHooks hooks) noexcept;

/// Is true from the first look on, if there are hooks. Until then nothing is noted.
inline std::atomic<bool> g_follows_frames{false};

/// Holds what was found out about calls of `operator new`, one word each: the return address,
/// shifted, or the address of a registry::RampSite with the lowest bit set. Each call has one set
/// of words, in which newer ones replace older ones.
struct alignas(32) SeenSites {
  std::array<std::atomic<std::uintptr_t>, 4> words{};
};
inline constexpr int kSeenSetBits = 14;
inline std::array<SeenSites, std::size_t{1} << kSeenSetBits> g_seen_sites{};

/// Returns the set of a call. Copies of a library, whose addresses differ only in the upper bits,
/// have different sets.
inline SeenSites& SeenSitesOf(std::uintptr_t call) {
  return g_seen_sites[(call ^ call >> kSeenSetBits) % g_seen_sites.size()];
}

/// Returns whether `word` is in the set of that call.
[[gnu::always_inline]] inline bool WasSeen(std::uintptr_t call, std::uintptr_t word) {
  const auto& words = SeenSitesOf(call).words;
  return words[0].load(std::memory_order_acquire) == word ||
         words[1].load(std::memory_order_acquire) == word ||
         words[2].load(std::memory_order_acquire) == word ||
         words[3].load(std::memory_order_acquire) == word;
}

/// Holds the tasks of frames in 4 MiB of memory, one place for each 16 bytes.
struct FrameRegion {
  static constexpr std::uintptr_t kSize = std::uintptr_t{4} << 20;
  static constexpr std::uintptr_t kUnit = 16;
  using Place = std::atomic<TaskHead*>;

  std::atomic<std::uintptr_t> number{0};  ///< RegionNumber() once it has places; 0: none
  std::atomic<Place*> places{nullptr};
};
inline constexpr std::size_t kFrameRegions = std::size_t{1} << 14;
inline std::array<FrameRegion, kFrameRegions> g_frame_regions{};

/// Returns the number of the region that contains the address. Never 0.
inline std::uintptr_t RegionNumber(std::uintptr_t address) {
  return address / FrameRegion::kSize + 1;
}

/// Returns the place of the region with that number, unless another region was there first.
inline FrameRegion& FirstFrameRegion(std::uintptr_t number) {
  return g_frame_regions[number % kFrameRegions];
}

/// Returns the place of a block in its region, which has places.
inline FrameRegion::Place& PlaceIn(const FrameRegion& region, std::uintptr_t address) {
  return region.places.load(
      std::memory_order_relaxed)[address % FrameRegion::kSize / FrameRegion::kUnit];
}

/// Notes a new block, which is a coroutine's frame if `operator new` was called by code that
/// creates coroutines. `hook_frame` is the frame address of the hook, which has a frame pointer:
/// there are the caller's frame pointer and the return address (System V ABI for x86-64, section
/// 3.2.2; AAPCS64, section 6.4.6).
///
/// `block` may be null. May be called with any lock held: takes only a lock that is held while a
/// module's symbols are read, and does not call the allocator. (If the core was loaded when more
/// than 32 keys for thread-specific data were in use, glibc calls it once in each thread.) Keeps
/// errno.
void NoteNew(const void* block, std::size_t size, const void* hook_frame) noexcept;
/// Does the same for a hook that is called by an allocator, at any depth: searches the stack for
/// code that creates coroutines.
void NoteAllocation(const void* block, std::size_t size) noexcept;
/// Notes that a block is about to be freed. The first two words of a coroutine's frame are wiped,
/// so that nothing takes the freed memory for a coroutine. `block` may be null.
void NoteDelete(void* block) noexcept;
/// Does the same for a block whose place holds a task.
void NoteDeleteAt(FrameRegion::Place& place, void* block) noexcept;
/// Does the same as NoteDelete(), without a call for most blocks that are not frames.
[[gnu::always_inline]] inline void NoteDeleteQuickly(void* block) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  const FrameRegion& region = FirstFrameRegion(RegionNumber(address));
  const std::uintptr_t number = region.number.load(std::memory_order_acquire);
  if (number == RegionNumber(address)) {
    FrameRegion::Place& place = PlaceIn(region, address);
    if (__builtin_expect(place.load(std::memory_order_relaxed) != nullptr, 0))
      NoteDeleteAt(place, block);
  } else if (__builtin_expect(number != 0, 0)) {
    NoteDelete(block);
  }
}

/// Notes that the coroutine with this frame is registered in another way.
void ForgetFrame(const void* frame) noexcept;

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_COROUTINE_FRAME_H_
