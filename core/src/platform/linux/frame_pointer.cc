#include "platform/linux/frame_pointer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace taskleak::platform {
namespace {

// How well a value of rbp is supported by what stands on the stack and in the code.
enum class Evidence {
  kNone,      // impossible
  kBroken,    // the walk from there does not reach the thread's start
  kPossible,  // it does, though the code seems to call other functions than those on the stack
  kFair,      // it does, through calls that may lead to them
  kStrong     // and the call surely leads to the function in question
};

struct Candidate {
  Evidence evidence = Evidence::kNone;
  Walk walk;
};

class Search {
 public:
  Search(FrameWalker& walker, CodeFacts& facts, StackImage& image, const FrameState& frame)
      TASKLEAK_REQUIRES(Modules::Instance().mutex())
      : walker_(walker),
        facts_(facts),
        image_(image),
        frame_(frame),
        function_(facts.RuleAt(frame.instruction()).function_start) {}

  std::optional<FoundFramePointer> Run() TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    constexpr std::uintptr_t kMostArguments = 1024;  // bytes on the stack, for one call
    const std::uintptr_t sp = frame_.registers[kRsp];
    // Only a call is surely made after the prologue and before the epilogue.
    if (!frame_.is_return_address || function_ == 0) return Scan(sp);
    const Prologue prologue = facts_.PrologueOf(function_);
    const std::uintptr_t lowest = sp + prologue.below;
    if (!prologue.sets_frame_pointer) return Scan(lowest);
    // Exact, unless the call has arguments on the stack.
    Candidate exact = Try(lowest);
    if (exact.evidence >= Evidence::kFair) return FoundFramePointer{std::move(exact.walk), false};
    if (auto near = Scan(lowest, lowest + kMostArguments)) return near;
    return Scan(lowest);
  }

 private:
  Candidate Try(std::uintptr_t rbp) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    FrameState state = frame_;
    state.registers.Set(kRbp, rbp);
    const FrameState with_rbp = state;
    std::uintptr_t cfa = 0;
    WalkEnd end{};
    if (!walker_.ToCaller(&state, &cfa, &end) || !MayHaveCalled(state)) return {};
    const CallSite& call = facts_.CallBefore(state.pc());
    Candidate candidate{Evidence::kBroken, walker_.Go(with_rbp)};
    if (candidate.walk.end != WalkEnd::kStart) return candidate;
    candidate.evidence = Evidence::kPossible;
    if (candidate.walk.contradictions == 0)
      candidate.evidence = call.Calls(function_) ? Evidence::kStrong : Evidence::kFair;
    return candidate;
  }

  // A signal handler and a thread's or coroutine's first function are not called by a call.
  bool MayHaveCalled(const FrameState& caller) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    if (facts_.CallBefore(caller.pc()).is_call) return true;
    const FrameRule& rule = facts_.RuleAt(caller.instruction());
    return rule.found && (rule.signal_frame || rule.is_start());
  }

  // The lowest place with the best evidence: those above it may be earlier calls of the same
  // function. The true place is among them, so one that stands alone is it.
  std::optional<FoundFramePointer> Scan(std::uintptr_t from, std::uintptr_t to = UINTPTR_MAX)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    std::vector<Candidate> candidates;
    for (std::uintptr_t at = from;
         at < to && (at < image_.end() || (candidates.empty() && image_.Grow()));
         at += sizeof(std::uint64_t)) {
      Candidate candidate = Try(at);
      if (candidate.evidence != Evidence::kNone) candidates.push_back(std::move(candidate));
    }
    const auto best = std::max_element(
        candidates.begin(), candidates.end(),
        [](const Candidate& a, const Candidate& b) { return a.evidence < b.evidence; });
    if (best == candidates.end() || (to != UINTPTR_MAX && best->evidence == Evidence::kBroken))
      return {};
    const bool guessed = best->evidence == Evidence::kBroken ||
                         std::any_of(candidates.begin(), candidates.end(),
                                     [&](const Candidate& other) { return IsRival(*best, other); });
    return FoundFramePointer{std::move(best->walk), guessed};
  }

  // True if `other` is as good as `best` and no frame of its walk, or one of this function where
  // that has another's.
  bool IsRival(const Candidate& best, const Candidate& other)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    if (other.evidence < best.evidence) return false;
    const Walk& walk = best.walk;
    const auto same = std::find(walk.cfas.begin(), walk.cfas.end(), other.walk.cfas.front());
    if (same == walk.cfas.end()) return true;
    if (other.evidence == Evidence::kPossible) return false;
    const RawFrame& frame = walk.frames[static_cast<std::size_t>(same - walk.cfas.begin())];
    return facts_.RuleAt(frame.instruction()).function_start != function_;
  }

  FrameWalker& walker_;
  CodeFacts& facts_;
  StackImage& image_;
  const FrameState& frame_;
  std::uintptr_t function_;
};

}  // namespace

std::optional<FoundFramePointer> FindFramePointer(FrameWalker& walker, CodeFacts& facts,
                                                  StackImage& image, const FrameState& frame) {
  return Search(walker, facts, image, frame).Run();
}

}  // namespace taskleak::platform
