// Runs in any thread of the program, whatever locks that holds.
#include "registry/frame_log.h"

#include <array>
#include <cstddef>

#include "linux/arch/raw_call.h"
#include "linux/arch/registers.h"
#include "linux/unwind/creation_stack.h"
#include "linux/unwind/short_rule.h"
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

// Where the function of `site` returns to, which has called a function with the frame address
// `hook_frame`; 0 if that is not known.
std::uintptr_t CallerOf(const RampSite& site, std::uintptr_t hook_frame) {
  constexpr std::uintptr_t kLargestFrame = std::uintptr_t{64} << 10;
  const platform::ShortRule rule(site.rule);
  if (!rule.usable() || (!rule.from_frame_pointer() && platform::kCallersStack == 0)) return 0;
  const std::uintptr_t sp = hook_frame + platform::kCallersStack;
  const std::uintptr_t cfa = (rule.from_frame_pointer() ? ReadWord(hook_frame) : sp) +
                             static_cast<std::uintptr_t>(rule.cfa_distance());
  if (cfa - sp >= kLargestFrame || cfa % 8 != 0) return 0;
  return platform::StripSignature(
      ReadWord(cfa + static_cast<std::uintptr_t>(rule.return_distance())));
}

// A frame whose block is freed without our knowledge leaves its slot to the next one there.
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

// As the quick part of CoroutineTask: in a slot that was used in this epoch, by a thread that knows
// the present conditions. The rest is for BeginFrame().
[[gnu::always_inline]] inline TaskSlot* Begin(FrameWord frame, std::uintptr_t call,
                                              std::uintptr_t caller) {
  constexpr auto kRelease = std::memory_order_release;
  constexpr auto kRelaxed = std::memory_order_relaxed;
  internal::ThreadTasks& thread = t_tasks;
  auto* const slot = static_cast<TaskSlot*>(thread.free);
  if (slot == nullptr || thread.running != nullptr ||
      thread.conditions != internal::g_birth_conditions.load(std::memory_order_acquire) ||
      slot->epoch.load(kRelaxed) != thread.epoch ||
      thread.last_serial % internal::ThreadTasks::kSerialBlock == 0) [[unlikely]] {
    return BeginFrame(frame, call, caller);
  }
  thread.free = slot->next_free;
  --thread.free_count;
  slot->parent.store(0, kRelease);
  slot->origin.store(thread.origin, kRelease);
  slot->site.store(caller, kRelease);
  slot->code.store(call, kRelease);
  slot->memory.store(frame.bits(), kRelease);
  slot->born.store(internal::CoarseNow(), kRelease);
  slot->place.store(TaskPlace(WaitState::kSuspended, 0).word(), kRelease);
  slot->serial.store(++thread.last_serial, kRelease);
  return slot;
}

// A quick place; null where it has to be looked for.
[[gnu::always_inline]] inline FramePlace* FirstPlace(std::uintptr_t address) {
  using internal::FrameRegion;
  const FrameRegion& region = internal::FirstFrameRegion(address / FrameRegion::kSize);
  FramePlace* const places = region.places.load(std::memory_order_acquire);
  if (region.number.load(std::memory_order_acquire) != address / FrameRegion::kSize ||
      places == nullptr)
    return nullptr;
  return &places[address % FrameRegion::kSize / FrameRegion::kUnit];
}

[[gnu::always_inline]] inline void Log(const void* block, std::size_t size, std::uintptr_t call,
                                       std::uintptr_t caller) {
  constexpr std::size_t kLeastFrame = 24;  // two functions, and a promise of at least one byte
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  if (size < kLeastFrame || !FrameWord::Fits(address)) return;
  FramePlace* place = FirstPlace(address);
  if (place == nullptr) [[unlikely]]
    place = MakeFramePlace(address);
  if (place == nullptr) {
    g_unlogged.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (auto* const old = place->load(std::memory_order_relaxed); old != nullptr) [[unlikely]]
    EndFrame(static_cast<TaskSlot*>(old));
  TaskSlot* const slot = Begin(FrameWord::Make(address, size), call, caller);
  if (slot == nullptr) g_unlogged.fetch_add(1, std::memory_order_relaxed);
  place->store(slot, std::memory_order_release);
}

// The task of a block that is about to be freed; null if it is not a frame.
[[gnu::always_inline]] inline TaskSlot* Take(const void* block) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  if (!FrameWord::Fits(address)) return nullptr;
  FramePlace* place = FirstPlace(address);
  if (place == nullptr) [[unlikely]]
    place = FindFramePlace(address);
  if (place == nullptr) return nullptr;
  TaskHead* const head = place->load(std::memory_order_acquire);
  if (head != nullptr) place->store(nullptr, std::memory_order_release);
  return static_cast<TaskSlot*>(head);
}

TASKLEAK_UNINSTRUMENTED inline void Wipe(void* block) {
  auto* const words = static_cast<volatile std::uintptr_t*>(block);
  words[0] = 0;
  words[1] = 0;
}

}  // namespace

void FollowFrames() {
  if (g_hooks.load(std::memory_order_relaxed) != FrameHooks::kReady ||
      internal::g_follows_frames.load(std::memory_order_relaxed))
    return;
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
  const registry::RampSite* const site = registry::FindRampSite(registry::ReadWord(frame + 8));
  if (site == nullptr) [[likely]]
    return;
  registry::Log(block, size, site->call, registry::CallerOf(*site, frame));
}

[[gnu::noinline]] void NoteAllocation(const void* block, std::size_t size) noexcept {
  // This function, the hook, some of the allocator's, operator new, and the ramp.
  std::array<std::uintptr_t, 10> stack;
  const std::size_t depth = platform::CaptureCreationStack(stack.data(), stack.size());
  for (std::size_t i = 0; i < depth; ++i) {
    if (registry::FindRampSite(stack[i]) == nullptr) continue;
    registry::Log(block, size, stack[i], i + 1 < depth ? stack[i + 1] : 0);
    return;
  }
}

void NoteDelete(void* block) noexcept {
  registry::TaskSlot* const slot = registry::Take(block);
  if (slot == nullptr) [[likely]]
    return;
  registry::EndFrame(slot);
  registry::Wipe(block);
}

void ForgetFrame(const void* frame) noexcept {
  if (registry::TaskSlot* const slot = registry::Take(frame)) registry::EndFrame(slot);
}

}  // namespace internal
}  // namespace taskleak
