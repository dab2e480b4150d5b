#include "linux/unwind/frame_pointer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace taskleak::platform {
namespace {

bool IsWhole(const Walk& walk) {
  return walk.end == WalkEnd::kStart || walk.end == WalkEnd::kTooDeep;
}

// Returns true if the walk reaches the thread's start through calls that fit the functions on the
// stack.
bool MakesSense(const Walk& walk) { return IsWhole(walk) && walk.contradictions == 0; }

struct Candidate {
  Caller caller = Caller::kNone;
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
        function_(facts.RuleAt(frame.instruction()).function.start) {}

  std::optional<FoundFramePointer> Run(FrameSearch search)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    const std::uintptr_t sp = frame_.registers[kStackPointer];
    const bool whole = search == FrameSearch::kWhole;
    // Only a call is surely made after the prologue and before the epilogue.
    if (!frame_.is_return_address || function_ == 0) return whole ? Scan(sp) : ScanNear(sp);
    const Prologue& prologue = facts_.PrologueOf(function_);
    const std::uintptr_t lowest = sp + prologue.below;
    if (!prologue.sets_frame_pointer) return whole ? Scan(lowest) : ScanNear(lowest);
    auto computed = Computed(lowest, prologue.slack);
    const bool is_enough = computed || !whole;
    if (is_enough && !TakesStackAtRunTime(function_, frame_.pc())) return computed;
    // What looks like a frame may be left over from an earlier call, in memory that the function
    // has taken from the stack and not used.
    auto scanned = ScanNear(lowest);
    if (!scanned && whole) scanned = Scan(lowest);
    if (!computed) return scanned;
    const bool fits = !computed->guessed && MakesSense(computed->walk);
    if (!scanned || (scanned->guessed && fits)) {
      computed->guessed = true;
      return computed;
    }
    scanned->guessed |= fits && scanned->walk.cfas.front() != computed->walk.cfas.front();
    return scanned;
  }

 private:
  // Returns the best of the places where rbp must be according to the prologue. This is not a
  // guess, even if the walk from there ends early, unless the call there leads elsewhere or another
  // place fits.
  std::optional<FoundFramePointer> Computed(std::uintptr_t from, std::size_t slack)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    std::vector<Candidate> all;
    for (std::uintptr_t at = from; at <= from + slack; at += sizeof(std::uint64_t)) {
      Candidate candidate = Try(at, Caller::kCallsAnother);
      if (candidate.caller != Caller::kNone) all.push_back(std::move(candidate));
    }
    if (all.empty()) return {};
    const Candidate* best = all.data();
    for (const Candidate& candidate : all) {
      if (IsBetter(candidate, *best)) best = &candidate;
    }
    const bool rivals = std::any_of(all.begin(), all.end(), [best](const Candidate& each) {
      return &each != best && each.caller >= Caller::kMayCall && MakesSense(each.walk) &&
             (best->caller == Caller::kCalls || !HasFrame(best->walk, each.walk.cfas.front()));
    });
    return FoundFramePointer{best->walk, rivals || best->caller == Caller::kCallsAnother};
  }

  // Returns whether a candidate is better than one below it. The padding of an aligned frame is
  // below rbp, and may hold remains of earlier calls. The frames of its callers are above, and the
  // walk from the right one comes past them.
  static bool IsBetter(const Candidate& candidate, const Candidate& lower) {
    const auto rank = [](const Candidate& each) {
      return std::tuple(MakesSense(each.walk), IsWhole(each.walk), each.caller);
    };
    if (rank(candidate) != rank(lower)) return rank(candidate) > rank(lower);
    return candidate.caller == Caller::kCalls || !HasFrame(lower.walk, candidate.walk.cfas.front());
  }

  static bool HasFrame(const Walk& walk, std::uintptr_t cfa) {
    return std::find(walk.cfas.begin(), walk.cfas.end(), cfa) != walk.cfas.end();
  }

  // Returns the lowest place that fits, since those above may be earlier calls of the same
  // function. The result is sure if the caller there calls this function and there is no other such
  // place.
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
      if (!MakesSense(candidate.walk)) {
        const bool fits = candidate.caller == Caller::kCalls && candidate.walk.contradictions == 0;
        if (fits && cut_off.caller == Caller::kNone) cut_off = std::move(candidate);
        continue;
      }
      if (candidate.caller > best.caller) {
        best = std::move(candidate);
      } else {
        rivals |= candidate.caller == Caller::kCalls;
      }
    }
    const bool unknown_code =
        cut_off.caller != Caller::kNone && cut_off.walk.end == WalkEnd::kNoRule;
    const bool sure = best.caller == Caller::kCalls && !rivals && !unknown_code;
    if (!sure && to != UINTPTR_MAX) return {};
    if (best.caller == Caller::kNone) best = std::move(cut_off);
    if (best.caller == Caller::kNone) return {};
    return FoundFramePointer{std::move(best.walk), !sure};
  }

  // Scans only as much stack as the arguments of one call may take.
  std::optional<FoundFramePointer> ScanNear(std::uintptr_t from)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    constexpr std::uintptr_t kMostArguments = 1024;
    return Scan(from, from + kMostArguments);
  }

  // Tries one place. Returns no candidate if the caller there is less likely than `least`.
  Candidate Try(std::uintptr_t rbp, Caller least) TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    FrameState state = frame_;
    state.registers.Set(kFramePointer, rbp);
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
    // The kernel enters signal handlers, and the first function of a thread has no caller. But
    // addresses of where threads start are left over in many places.
    const FrameRule& rule = facts_.RuleAt(caller.instruction());
    if (by_call == Caller::kCalls || !rule.found) return by_call;
    if (rule.is_start()) return Caller::kCallsAnother;
    return by_call == Caller::kNone && rule.signal_frame ? Caller::kMayCall : by_call;
  }

  FrameWalker& walker_;
  CodeFacts& facts_;
  StackImage& image_;
  const FrameState& frame_;
  std::uintptr_t function_;
};

}  // namespace

std::optional<FoundFramePointer> FindFramePointer(FrameWalker& walker, CodeFacts& facts,
                                                  StackImage& image, const FrameState& frame,
                                                  FrameSearch search) {
  return Search(walker, facts, image, frame).Run(search);
}

}  // namespace taskleak::platform
