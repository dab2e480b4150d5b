#include "platform/linux/frame_pointer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace taskleak::platform {
namespace {

struct Candidate {
  Caller caller = Caller::kNone;
  Walk walk;

  /// The walk reaches the thread's start, past calls that fit the functions on the stack.
  [[nodiscard]] bool MakesSense() const {
    return walk.end == WalkEnd::kStart && walk.contradictions == 0;
  }
};

class Search {
 public:
  Search(FrameWalker& walker, CodeFacts& facts, StackImage& image, const FrameState& frame)
      TASKLEAK_REQUIRES(Modules::Instance().mutex())
      : walker_(walker),
        facts_(facts),
        image_(image),
        frame_(frame),
        function_(facts.RuleAt(frame.instruction()).function.start) {}

  std::optional<FoundFramePointer> Run() TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    const std::uintptr_t sp = frame_.registers[kRsp];
    // Only a call is surely made after the prologue and before the epilogue.
    if (!frame_.is_return_address || function_ == 0) return Scan(sp);
    const Prologue& prologue = facts_.PrologueOf(function_);
    const std::uintptr_t lowest = sp + prologue.below;
    if (!prologue.sets_frame_pointer) return Scan(lowest);
    const Candidate computed = Computed(lowest, prologue.slack);
    const bool known = computed.caller != Caller::kNone;
    if (known && (IsSure(computed) || !TakesStackAtRunTime(function_, frame_.pc())))
      return Found(computed);
    constexpr std::uintptr_t kMostArguments = 1024;  // bytes on the stack, for one call
    auto scanned = Scan(lowest, lowest + kMostArguments);
    if (!scanned) scanned = Scan(lowest);
    const bool plausible = computed.caller == Caller::kMayCall;
    if (known && (!scanned || (scanned->guessed && plausible))) return Found(computed);
    if (scanned) scanned->guessed |= plausible;
    return scanned;
  }

 private:
  static bool IsBetter(const Candidate& candidate, const Candidate& than) {
    const auto rank = [](const Candidate& each) {
      return std::pair(each.walk.end == WalkEnd::kStart, each.caller);
    };
    return than.caller == Caller::kNone || rank(candidate) > rank(than);
  }

  // The best of where rbp must be by the prologue.
  Candidate Computed(std::uintptr_t from, std::size_t slack)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    Candidate best;
    for (std::uintptr_t at = from; at <= from + slack; at += sizeof(std::uint64_t)) {
      Candidate candidate = Try(at, Caller::kCallsAnother);
      if (candidate.caller == Caller::kCalls) return candidate;
      if (candidate.caller != Caller::kNone && IsBetter(candidate, best))
        best = std::move(candidate);
    }
    return best;
  }

  // Whether there can be no better one above. Otherwise what looks like a frame may be left over
  // from an earlier call, in memory that the function has taken from the stack and not used.
  static bool IsSure(const Candidate& computed) {
    return computed.caller == Caller::kCalls ||
           (computed.caller == Caller::kMayCall && computed.walk.end == WalkEnd::kStart);
  }

  // Where rbp must be by the prologue, there is nothing to guess, even if the walk from there ends
  // early; unless the call there leads elsewhere.
  static FoundFramePointer Found(const Candidate& computed) {
    return {computed.walk, computed.caller == Caller::kCallsAnother};
  }

  // The lowest place that fits, since those above may be earlier calls of the same function. It is
  // sure if the caller there calls this function and no other such place contradicts.
  std::optional<FoundFramePointer> Scan(std::uintptr_t from, std::uintptr_t to = UINTPTR_MAX)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    constexpr int kMostWalks = 64;
    constexpr std::uintptr_t kSaved = 16;  // rbp and the return address
    Candidate best;
    Candidate cut_off;  // calls this function, and the stack above is damaged
    bool rivals = false;
    int walks = 0;
    std::uintptr_t end = image_.end();
    for (std::uintptr_t at = from; at < to && walks < kMostWalks; at += sizeof(std::uint64_t)) {
      if (at + kSaved > end) {
        if (best.caller != Caller::kNone || !image_.Grow()) break;
        end = image_.end();
      }
      Candidate candidate = Try(at, Caller::kMayCall);
      if (candidate.caller == Caller::kNone) continue;
      ++walks;
      if (!candidate.MakesSense()) {
        const bool fits = candidate.caller == Caller::kCalls && candidate.walk.contradictions == 0;
        if (fits && cut_off.caller == Caller::kNone) cut_off = std::move(candidate);
        continue;
      }
      if (candidate.caller > best.caller) {
        best = std::move(candidate);
      } else if (candidate.caller == Caller::kCalls && IsRival(best.walk, candidate.walk)) {
        rivals = true;
      }
    }
    const bool sure = best.caller == Caller::kCalls && !rivals;
    if (!sure && to != UINTPTR_MAX) return {};
    if (best.caller == Caller::kNone) best = std::move(cut_off);
    if (best.caller == Caller::kNone) return {};
    return FoundFramePointer{std::move(best.walk), !sure};
  }

  // True if `other` starts with no frame of `walk`, or one where that has another function's.
  bool IsRival(const Walk& walk, const Walk& other) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    const auto same = std::find(walk.cfas.begin(), walk.cfas.end(), other.cfas.front());
    if (same == walk.cfas.end()) return true;
    const RawFrame& frame = walk.frames[static_cast<std::size_t>(same - walk.cfas.begin())];
    return facts_.RuleAt(frame.instruction()).function.start != function_;
  }

  // None if the caller there is not `least` as likely.
  Candidate Try(std::uintptr_t rbp, Caller least) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    FrameState state = frame_;
    state.registers.Set(kRbp, rbp);
    const FrameState with_rbp = state;
    std::uintptr_t cfa = 0;
    WalkEnd end{};
    if (!walker_.ToCaller(&state, &cfa, &end)) return {};
    const Caller caller = CallerAt(state);
    if (caller < least) return {};
    return {caller, walker_.Go(with_rbp)};
  }

  Caller CallerAt(const FrameState& caller) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    const Caller by_call = facts_.CallerOf(function_, caller.pc());
    if (by_call != Caller::kNone) return by_call;
    // The kernel enters signal handlers, and the first function of a thread has no caller.
    const FrameRule& rule = facts_.RuleAt(caller.instruction());
    return rule.found && (rule.signal_frame || rule.is_start()) ? Caller::kMayCall : Caller::kNone;
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
