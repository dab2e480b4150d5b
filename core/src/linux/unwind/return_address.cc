#include "linux/unwind/return_address.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "linux/unwind/frame_pointer.h"

namespace taskleak::platform {
namespace {

struct Candidate {
  FrameState caller;
  std::uintptr_t cfa = 0;  // of the caller
  Caller by_call = Caller::kNone;
};

class Search {
 public:
  Search(FrameWalker& walker, CodeFacts& facts, StackImage& image, const FrameState& frame)
      : walker_(walker), facts_(facts), image_(image), frame_(frame) {}

  std::optional<FoundReturnAddress> Run() TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    const std::uintptr_t function = facts_.RuleAt(frame_.instruction()).function.start;
    if (function == 0) return {};
    std::vector<Candidate> all;
    for (const std::uintptr_t return_address : facts_.CallersOf(function)) Try(return_address, all);
    if (all.empty()) return {};
    const auto is_worse = [](const Candidate& a, const Candidate& b) {
      return std::pair(a.by_call != Caller::kCalls, a.cfa) <
             std::pair(b.by_call != Caller::kCalls, b.cfa);
    };
    const auto best = std::min_element(all.begin(), all.end(), is_worse);
    const bool rivals = std::any_of(all.begin(), all.end(), [&](const Candidate& each) {
      return each.caller.pc() != best->caller.pc() && each.by_call >= best->by_call;
    });
    return FoundReturnAddress{best->caller, rivals || best->by_call != Caller::kCalls};
  }

 private:
  void Try(std::uintptr_t return_address, std::vector<Candidate>& all)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    FrameState caller = frame_;
    caller.registers = Registers();
    for (const unsigned number : {unsigned{kStackPointer}, unsigned{kFramePointer}}) {
      if (frame_.registers.Knows(number)) caller.registers.Set(number, frame_.registers[number]);
    }
    caller.registers.Set(kPc, return_address);
    caller.is_return_address = true;
    const Walk walk = WalkOn(caller);
    if (walk.cfas.empty() || walk.contradictions != 0) return;
    if (walk.end != WalkEnd::kStart && walk.end != WalkEnd::kTooDeep) return;
    const std::uintptr_t function = facts_.RuleAt(caller.instruction()).function.start;
    const RawFrame& above = walk.frames[1];
    const FrameRule& above_rule = facts_.RuleAt(above.instruction());
    Caller by_call = facts_.CallerOf(function, above.pc);
    if (by_call == Caller::kCallsAnother && facts_.LeadsTo(above.pc, function))
      by_call = Caller::kCalls;
    if (above_rule.is_start() && by_call < Caller::kMayCall) by_call = Caller::kCallsAnother;
    if (by_call < Caller::kMayCall) return;
    all.push_back({caller, walk.cfas.front(), by_call});
  }

  // Past frames that need their frame pointer searched for, whose first frame this is.
  Walk WalkOn(const FrameState& caller) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    Walk walk = walker_.Go(caller);
    if (walk.end != WalkEnd::kNeedsFramePointer || walk.frames.size() != 1) return walk;
    auto found = FindFramePointer(walker_, facts_, image_, walk.last);
    return found ? std::move(found->walk) : walk;
  }

  FrameWalker& walker_;
  CodeFacts& facts_;
  StackImage& image_;
  const FrameState& frame_;
};

}  // namespace

std::optional<FoundReturnAddress> FindReturnAddress(FrameWalker& walker, CodeFacts& facts,
                                                    StackImage& image, const FrameState& frame) {
  return Search(walker, facts, image, frame).Run();
}

}  // namespace taskleak::platform
