#include "linux/unwind/unwinder.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "linux/unwind/code_facts.h"
#include "linux/unwind/frame_pointer.h"
#include "linux/unwind/frame_walk.h"
#include "linux/unwind/return_address.h"

namespace taskleak::platform {
namespace {

Missing::Reason WhyMissing(WalkEnd end) {
  switch (end) {
    case WalkEnd::kStart:
    case WalkEnd::kZero:
      return Missing::Reason::kNothing;
    case WalkEnd::kNoRule:
      return Missing::Reason::kNoRule;
    case WalkEnd::kNeedsFramePointer:
      return Missing::Reason::kNoFramePointer;
    case WalkEnd::kNeedsReturnAddress:
      return Missing::Reason::kNoReturnAddress;
    case WalkEnd::kUnreadable:
      return Missing::Reason::kUnreadableAbove;
    case WalkEnd::kNotCode:
      return Missing::Reason::kNotCode;
    case WalkEnd::kNotUpwards:
      return Missing::Reason::kDamaged;
    case WalkEnd::kTooDeep:
      return Missing::Reason::kTooDeep;
  }
  return Missing::Reason::kNothing;
}

void Append(RawStack& stack, const Walk& walk, bool guessed) {
  for (RawFrame frame : walk.frames) {
    frame.guessed = guessed;
    stack.frames.push_back(frame);
  }
}

// Returns true if code that was loaded since the last look at the modules would explain the end.
bool MayBeNewCode(WalkEnd end) { return end == WalkEnd::kNoRule || end == WalkEnd::kNotCode; }

struct Continuation {
  Walk walk;  // from the last frame on
  bool guessed = false;
  bool place_guessed = false;  // of the first caller, whose own callers are known
};

// Walks on from the last frame, whose caller cannot be found by its known registers.
std::optional<Continuation> WalkOn(FrameWalker& walker, CodeFacts& facts, StackImage& image,
                                   const Walk& walk)
    TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
  if (walk.end == WalkEnd::kNeedsFramePointer) {
    auto found = FindFramePointer(walker, facts, image, walk.last);
    if (!found) return {};
    return Continuation{std::move(found->walk), found->guessed};
  }
  if (walk.end != WalkEnd::kNeedsReturnAddress) return {};
  const auto found = FindReturnAddress(walker, facts, image, walk.last);
  if (!found) return {};
  Continuation on{walker.Go(found->caller), found->guessed, found->place_guessed};
  on.walk.frames.insert(on.walk.frames.begin(), walk.frames.back());
  return on;
}

WalkEnd UnwindInto(RawStack& stack, const FrameState& innermost, StackImage& image)
    TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
  CodeFacts& facts = CodeFacts::Instance();
  FrameWalker walker(facts, image);
  stack.frames.clear();
  Walk walk = walker.Go(innermost);
  bool guessed = walk.assumes && walk.end != WalkEnd::kStart;
  Append(stack, walk, guessed);
  stack.frames.front().guessed = false;
  while (stack.frames.size() < FrameWalker::kMostFrames) {
    auto found = WalkOn(walker, facts, image, walk);
    if (!found) break;
    // The frame itself is known; those after it are as good as what was found of it.
    const bool known = guessed;
    guessed |= found->guessed;
    stack.frames.pop_back();
    walk = std::move(found->walk);
    Append(stack, walk, guessed);
    const auto first = stack.frames.end() - static_cast<std::ptrdiff_t>(walk.frames.size());
    first->guessed = known;
    if (found->place_guessed) std::next(first)->guessed = true;
  }
  stack.missing = {WhyMissing(walk.end)};
  return walk.end;
}

}  // namespace

RawStack Unwind(const FrameState& innermost, StackImage& image) {
  const MutexLock lock(Modules::Instance().mutex());
  Modules::Instance().RefreshIfOld();
  RawStack stack;
  const std::uint64_t generation = Modules::Instance().generation();
  const bool again = MayBeNewCode(UnwindInto(stack, innermost, image)) &&
                     Modules::Instance().Refresh() &&
                     Modules::Instance().generation() != generation;
  if (again) UnwindInto(stack, innermost, image);
  return stack;
}

}  // namespace taskleak::platform
