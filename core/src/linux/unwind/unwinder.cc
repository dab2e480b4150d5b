#include "linux/unwind/unwinder.h"

#include <cstdint>
#include <utility>

#include "linux/unwind/code_facts.h"
#include "linux/unwind/frame_pointer.h"
#include "linux/unwind/frame_walk.h"

namespace taskleak::platform {
namespace {

const char* WhyMissing(WalkEnd end) {
  switch (end) {
    case WalkEnd::kStart:
    case WalkEnd::kZero:
      return "";
    case WalkEnd::kNoRule:
      return "there is no call frame information for the outermost frame shown";
    case WalkEnd::kNeedsFramePointer:
      return "the frame pointer of the outermost frame shown could not be found";
    case WalkEnd::kUnreadable:
      return "the stack above the outermost frame shown could not be read";
    case WalkEnd::kNotCode:
      return "the outermost frame shown returns to an address without code: its stack is damaged, "
             "or its caller was unloaded";
    case WalkEnd::kNotUpwards:
      return "the stack above the outermost frame shown is damaged";
    case WalkEnd::kTooDeep:
      return "the stack has more than 512 frames";
  }
  return "";
}

void Append(RawStack& stack, const Walk& walk, bool guessed) {
  for (RawFrame frame : walk.frames) {
    frame.guessed = guessed;
    stack.frames.push_back(frame);
  }
}

// Whether code that was loaded since the modules were last looked at would explain the end.
bool MayBeNewCode(WalkEnd end) { return end == WalkEnd::kNoRule || end == WalkEnd::kNotCode; }

WalkEnd UnwindInto(RawStack& stack, const FrameState& innermost, StackImage& image)
    TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
  CodeFacts& facts = CodeFacts::Instance();
  FrameWalker walker(facts, image);
  stack.frames.clear();
  bool guessed = false;
  Walk walk = walker.Go(innermost);
  Append(stack, walk, guessed);
  while (walk.end == WalkEnd::kNeedsFramePointer &&
         stack.frames.size() < FrameWalker::kMostFrames) {
    auto found = FindFramePointer(walker, facts, image, walk.last);
    if (!found) break;
    // The frame itself is known; those after it are as good as its rbp.
    const bool known = guessed;
    guessed |= found->guessed;
    stack.frames.pop_back();
    walk = std::move(found->walk);
    Append(stack, walk, guessed);
    stack.frames[stack.frames.size() - walk.frames.size()].guessed = known;
  }
  stack.missing = WhyMissing(walk.end);
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
