// This code runs in any thread of the program, whatever locks the thread holds.
#include "registry/frame_log.h"

#include <array>
#include <cstddef>

#include "linux/arch/raw_call.h"
#include "linux/arch/registers.h"
#include "linux/unwind/creation_stack.h"
#include "registry/frame_map.h"
#include "registry/frame_word.h"
#include "registry/ramp_sites.h"
#include "registry/task_life.h"
#include "registry/task_memory.h"
#include "registry/task_slot.h"

namespace taskleak {

namespace registry {
namespace {

using internal::FrameHooks;
using internal::t_tasks;
using internal::TaskHead;
using internal::TaskPlace;
using internal::TaskSlot;

constinit std::atomic<FrameHooks> g_hooks{FrameHooks::kNone};
constinit std::atomic<std::uint64_t> g_unlogged{0};

TASKLEAK_UNINSTRUMENTED std::uintptr_t ReadWord(std::uintptr_t address) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return *reinterpret_cast<const volatile std::uintptr_t*>(address);
}

// Returns where the function of `site` returns to; 0 if that is not known. `hook_frame` is the
// frame address of the function that it has called.
[[gnu::always_inline]] inline std::uintptr_t CallerOf(const RampSite& site,
                                                      std::uintptr_t hook_frame) {
  const auto distance = static_cast<std::uintptr_t>(std::intptr_t{site.distance});
  if (site.base == RampSite::Base::kCalled) [[likely]]
    return platform::StripSignature(ReadWord(hook_frame + distance));
  if (site.base == RampSite::Base::kUnknown) return 0;
  constexpr std::uintptr_t kLargestFrame = std::uintptr_t{64} << 10;
  const std::uintptr_t place = ReadWord(hook_frame) + distance;
  if (place - hook_frame >= kLargestFrame || place % 8 != 0) return 0;
  return platform::StripSignature(ReadWord(place));
}

// Ends the task of a frame. If a block was freed unnoticed, its task ends when the next frame is
// noted there.
[[gnu::always_inline]] inline void EndFrame(TaskSlot* slot) {
  slot->serial.store(0, std::memory_order_release);
  slot->memory.store(0, std::memory_order_release);
  internal::CountEnd(*slot);
  if (slot->stack.load(std::memory_order_relaxed) != nullptr)
    slot->stack.store(nullptr, std::memory_order_release);
  slot->next_free = t_tasks.free;
  t_tasks.free = slot;
  if (++t_tasks.free_count > t_tasks.most_free) [[unlikely]]
    internal::KeepFreeSlots();
}

void LogSlowly(FrameWord frame, std::uintptr_t call, std::uintptr_t caller) {
  FramePlace* const place = MakeFramePlace(frame.address());
  if (place == nullptr) {
    g_unlogged.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (auto* const old = place->load(std::memory_order_relaxed); old != nullptr)
    EndFrame(static_cast<TaskSlot*>(old));
  TaskSlot* const slot = BeginFrame(frame, call, caller);
  if (slot == nullptr) g_unlogged.fetch_add(1, std::memory_order_relaxed);
  place->store(slot, std::memory_order_release);
}

// Returns the place of a block, or null if it has to be searched for or made.
[[gnu::always_inline]] inline FramePlace* QuickPlace(std::uintptr_t address) {
  const std::uintptr_t number = internal::RegionNumber(address);
  const internal::FrameRegion& region = internal::FirstFrameRegion(number);
  if (region.number.load(std::memory_order_acquire) != number) return nullptr;
  return &internal::PlaceIn(region, address);
}

// Returns true if a task can be begun in the way of CoroutineTask: in a slot that was used in this
// epoch, by a thread that knows the present conditions.
[[gnu::always_inline]] inline bool IsQuick(const internal::ThreadTasks& thread,
                                           const TaskHead* head) {
  return head != nullptr && thread.running == nullptr &&
         thread.conditions == internal::g_birth_conditions.load(std::memory_order_acquire) &&
         head->epoch.load(std::memory_order_relaxed) == thread.epoch &&
         thread.last_serial % internal::ThreadTasks::kSerialBlock != 0;
}

[[gnu::always_inline]] inline void Log(const void* block, std::size_t size, std::uintptr_t call,
                                       std::uintptr_t caller) {
  constexpr auto kRelease = std::memory_order_release;
  constexpr std::size_t kLeastFrame = 24;  // two functions, and a promise of at least one byte
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  // The block is null if there was no memory and `operator new` does not throw.
  if (block == nullptr || size < kLeastFrame || !FrameWord::Fits(address)) return;
  const FrameWord frame = FrameWord::Make(address, size);
  internal::ThreadTasks& thread = t_tasks;
  auto* const slot = static_cast<TaskSlot*>(thread.free);
  FramePlace* const place = QuickPlace(address);
  if (place == nullptr || place->load(std::memory_order_relaxed) != nullptr ||
      !IsQuick(thread, slot)) [[unlikely]]
    return LogSlowly(frame, call, caller);
  place->store(slot, kRelease);
  thread.free = slot->next_free;
  --thread.free_count;
  slot->parent.store(0, kRelease);
  slot->origin.store(thread.origin, kRelease);
  slot->site.store(caller, kRelease);
  slot->code.store(call, kRelease);
  slot->memory.store(frame.bits(), kRelease);
  slot->place.store(TaskPlace(WaitState::kSuspended, 0).word(), kRelease);
  slot->born.store(internal::CoarseNow(), kRelease);
  slot->serial.store(++thread.last_serial, kRelease);
}

// Returns the place of a block that is about to be freed; null if it is not a frame.
[[gnu::always_inline]] inline FramePlace* PlaceOf(const void* block) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  if (!FrameWord::Fits(address)) return nullptr;
  FramePlace* place = QuickPlace(address);
  if (place == nullptr) [[unlikely]]
    place = FindFramePlace(address);
  const bool is_frame = place != nullptr && place->load(std::memory_order_acquire) != nullptr;
  return is_frame ? place : nullptr;
}

[[gnu::always_inline]] inline void EndFrameAt(FramePlace& place) {
  TaskHead* const head = place.load(std::memory_order_relaxed);
  place.store(nullptr, std::memory_order_release);
  EndFrame(static_cast<TaskSlot*>(head));
}

TASKLEAK_UNINSTRUMENTED inline void Wipe(void* block) {
  auto* const words = static_cast<volatile std::uintptr_t*>(block);
  words[0] = 0;
  words[1] = 0;
}

}  // namespace

void FollowFrames() {
  if (g_hooks.load(std::memory_order_relaxed) != FrameHooks::kReady) return;
  if (internal::g_follows_frames.load(std::memory_order_relaxed)) return RefreshRampModules();
  FollowForks();
  internal::g_follows_frames.store(true);
}

FrameHooks GetFrameHooks() { return g_hooks.load(std::memory_order_relaxed); }

std::uint64_t CountUnloggedFrames() { return g_unlogged.load(std::memory_order_relaxed); }

}  // namespace registry

namespace internal {

void SetFrameHooks(FrameHooks hooks) noexcept { registry::g_hooks.store(hooks); }

void NoteNew(const void* block, std::size_t size, const void* hook_frame) noexcept {
  const auto frame = reinterpret_cast<std::uintptr_t>(hook_frame);
  const registry::RampSite* const site =
      registry::FindRampSite(platform::StripSignature(registry::ReadWord(frame + 8)));
  if (site != nullptr) registry::Log(block, size, site->call, registry::CallerOf(*site, frame));
}

[[gnu::noinline]] void NoteAllocation(const void* block, std::size_t size) noexcept {
  // Has room for this function, the hook, some functions of the allocator, operator new, and the
  // ramp.
  std::array<std::uintptr_t, 10> stack;
  const std::size_t depth = platform::CaptureCreationStack(stack.data(), stack.size());
  for (std::size_t i = 0; i < depth; ++i) {
    if (registry::FindRampSite(stack[i]) == nullptr) continue;
    registry::Log(block, size, stack[i], i + 1 < depth ? stack[i + 1] : 0);
    return;
  }
}

void NoteDeleteAt(FrameRegion::Place& place, void* block) noexcept {
  registry::EndFrameAt(place);
  registry::Wipe(block);
}

void NoteDelete(void* block) noexcept {
  if (registry::FramePlace* const place = registry::PlaceOf(block)) NoteDeleteAt(*place, block);
}

void ForgetFrame(const void* frame) noexcept {
  if (registry::FramePlace* const place = registry::PlaceOf(frame)) registry::EndFrameAt(*place);
}

}  // namespace internal
}  // namespace taskleak
