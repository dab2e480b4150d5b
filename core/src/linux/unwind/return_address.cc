#include "linux/unwind/return_address.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "linux/unwind/frame_pointer.h"

namespace taskleak::platform {
namespace {

// How far the walk from a candidate leads, the best first.
enum class Reach {
  kStart,      // to the thread's start
  kEndOfInfo,  // to code without call frame information, or to the end of a stack made by hand
  kDamage,     // to a frame whose caller is not where it must be
  kNowhere,
};

Reach ReachOf(const Walk& walk) {
  switch (walk.end) {
    case WalkEnd::kStart:
    case WalkEnd::kTooDeep:
      return Reach::kStart;
    case WalkEnd::kNoRule:
    case WalkEnd::kZero:
      return Reach::kEndOfInfo;
    case WalkEnd::kUnreadable:
    case WalkEnd::kNotCode:
    case WalkEnd::kNotUpwards:
      // Two words that look like a frame may be a coincidence.
      return walk.cfas.size() < 2 ? Reach::kNowhere : Reach::kDamage;
    case WalkEnd::kNeedsFramePointer:
    case WalkEnd::kNeedsReturnAddress:
      break;
  }
  return Reach::kNowhere;
}

struct Candidate {
  FrameState caller;
  std::uintptr_t cfa = 0;  // of the caller
  Caller by_call = Caller::kNone;
  Reach reach = Reach::kNowhere;
};

class Search {
 public:
  Search(FrameWalker& walker, CodeFacts& facts, StackImage& image, const FrameState& frame)
      : walker_(walker), facts_(facts), image_(image), frame_(frame) {}

  std::optional<FoundReturnAddress> Run() TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    const std::uintptr_t function = facts_.RuleAt(frame_.instruction()).function.start;
    FrameState unknown = frame_;
    WalkEnd end{};
    const bool has_caller = walker_.ToCaller(&unknown, &callers_stack_, &end);
    if (function == 0 || has_caller || end != WalkEnd::kNeedsReturnAddress) return {};
    std::vector<Candidate> all = TryAll(function);
    const bool has_whole =
        std::ranges::any_of(all, [](const Candidate& each) { return each.reach == Reach::kStart; });
    if (!has_whole) {
      search_ = FrameSearch::kWhole;
      all = TryAll(function);
    }
    if (all.empty()) return {};
    const auto is_worse = [](const Candidate& a, const Candidate& b) {
      return std::tuple(a.reach, a.by_call != Caller::kCalls, a.cfa) <
             std::tuple(b.reach, b.by_call != Caller::kCalls, b.cfa);
    };
    const auto best = std::min_element(all.begin(), all.end(), is_worse);
    FoundReturnAddress found{best->caller,
                             best->by_call != Caller::kCalls || best->reach != Reach::kStart};
    for (const Candidate& each : all) {
      if (each.caller.pc() == best->caller.pc() || each.by_call < best->by_call) continue;
      (IsSameFrame(each, *best) ? found.place_guessed : found.guessed) = true;
    }
    return found;
  }

 private:
  // Returns whether these are calls of one function, with the same callers.
  bool IsSameFrame(const Candidate& a, const Candidate& b) const {
    return a.cfa == b.cfa && facts_.RuleAt(a.caller.instruction()).function.start ==
                                 facts_.RuleAt(b.caller.instruction()).function.start;
  }

  std::vector<Candidate> TryAll(std::uintptr_t function)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    std::vector<Candidate> all;
    for (const std::uintptr_t return_address : facts_.CallersOf(function)) Try(return_address, all);
    return all;
  }

  void Try(std::uintptr_t return_address, std::vector<Candidate>& all)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    FrameState caller = frame_;
    caller.registers = Registers();
    caller.registers.Set(kStackPointer, callers_stack_);
    if (frame_.registers.Knows(kFramePointer))
      caller.registers.Set(kFramePointer, frame_.registers[kFramePointer]);
    caller.registers.Set(kPc, return_address);
    caller.is_return_address = true;
    if (!MayHaveCaller(caller)) return;
    const Walk walk = WalkOn(caller);
    if (walk.cfas.empty() || walk.contradictions != 0) return;
    const Reach reach = ReachOf(walk);
    if (reach == Reach::kNowhere) return;
    const Caller by_call = ByCall(caller, walk.frames[1].pc);
    if (by_call < (reach == Reach::kStart ? Caller::kMayCall : Caller::kCalls)) return;
    all.push_back({caller, walk.cfas.front(), by_call, reach});
  }

  // Returns whether the call before `pc`, to which `callee` would return, leads to `callee`.
  Caller ByCall(const FrameState& callee, std::uintptr_t pc)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    const std::uintptr_t function = facts_.RuleAt(callee.instruction()).function.start;
    const Caller by_call = facts_.CallerOf(function, pc);
    const bool by_jumps = by_call == Caller::kCallsAnother && facts_.LeadsTo(pc, function);
    return by_jumps ? Caller::kCalls : by_call;
  }

  // Returns false for most of the calls that the thread is not in, without a walk: where the frame
  // would keep its return address, there is none of a call that leads to it.
  bool MayHaveCaller(const FrameState& frame) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    FrameState caller = frame;
    std::uintptr_t cfa = 0;
    WalkEnd end{};
    if (!walker_.ToCaller(&caller, &cfa, &end)) return end == WalkEnd::kNeedsFramePointer;
    return ByCall(frame, caller.pc()) >= Caller::kMayCall;
  }

  // Walks on, also through frames whose frame pointer must be searched for. To search all of the
  // stack takes long, so that is done a limited number of times.
  Walk WalkOn(const FrameState& caller) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    constexpr int kMostSearches = 16;
    Walk walk = walker_.Go(caller);
    while (walk.end == WalkEnd::kNeedsFramePointer &&
           walk.frames.size() < FrameWalker::kMostFrames) {
      if (search_ == FrameSearch::kWhole && searches_++ == kMostSearches)
        search_ = FrameSearch::kNear;
      const auto found = FindFramePointer(walker_, facts_, image_, walk.last, search_);
      if (!found) break;
      const Walk& rest = found->walk;  // from that frame on
      walk.frames.insert(walk.frames.end() - 1, rest.frames.begin(), rest.frames.end());
      walk.frames.pop_back();
      walk.cfas.insert(walk.cfas.end(), rest.cfas.begin(), rest.cfas.end());
      walk.contradictions += rest.contradictions;
      walk.end = rest.end;
      walk.last = rest.last;
    }
    return walk;
  }

  FrameWalker& walker_;
  CodeFacts& facts_;
  StackImage& image_;
  const FrameState& frame_;
  std::uintptr_t callers_stack_ = 0;  // the stack pointer of the frame's caller
  FrameSearch search_ = FrameSearch::kNear;
  int searches_ = 0;
};

}  // namespace

std::optional<FoundReturnAddress> FindReturnAddress(FrameWalker& walker, CodeFacts& facts,
                                                    StackImage& image, const FrameState& frame) {
  return Search(walker, facts, image, frame).Run();
}

}  // namespace taskleak::platform
