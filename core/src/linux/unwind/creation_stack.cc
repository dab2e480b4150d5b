// This code runs in every thread of the program, on the stack that is left there, and with any
// locks held. So it takes no lock and no memory, opens no file and keeps its frames small.
#include "linux/unwind/creation_stack.h"

#include <sys/syscall.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <optional>

#include "linux/arch/context.h"
#include "linux/arch/raw_call.h"
#include "linux/arch/registers.h"
#include "linux/unwind/eh_frame.h"
#include "linux/unwind/short_rule.h"

namespace taskleak::platform {
namespace {

// Keeps rules by place in the code. If it is full or crowded, captures only get slower. Other code
// may come to a place's address, so an entry applies only to the call frame information from which
// it was read.
class RuleTable {
 public:
  std::optional<ShortRule> Find(std::uintptr_t pc, std::uintptr_t index) const {
    for (std::size_t i = 0; i < kProbes; ++i) {
      const Slot& slot = slots_[(Hash(pc) + i) % kSlots];
      if (!slot.Holds(pc, index)) continue;
      const std::uint64_t bits = slot.rule.load(std::memory_order_acquire);
      if (slot.Holds(pc, index)) return ShortRule(bits);  // and did so all the while
    }
    return std::nullopt;
  }

  void Insert(std::uintptr_t pc, std::uintptr_t index, ShortRule rule) {
    for (std::size_t i = 0; i < kProbes; ++i) {
      Slot& slot = slots_[(Hash(pc) + i) % kSlots];
      std::uintptr_t there = slot.pc.load(std::memory_order_relaxed);
      const bool outdated = there == pc && slot.index.load(std::memory_order_relaxed) != index;
      if (there != 0 && !outdated) continue;
      // It is not found while it is being written.
      if (!slot.pc.compare_exchange_strong(there, kWriting, std::memory_order_acq_rel)) continue;
      slot.rule.store(rule.bits(), std::memory_order_release);
      slot.index.store(index, std::memory_order_release);
      slot.pc.store(pc, std::memory_order_release);
      return;
    }
  }

 private:
  static constexpr std::size_t kSlots = 8192;
  static constexpr std::size_t kProbes = 8;
  static constexpr std::uintptr_t kWriting = 1;  // no return address

  struct Slot {
    std::atomic<std::uintptr_t> pc{0};
    std::atomic<std::uint64_t> rule{0};
    std::atomic<std::uintptr_t> index{0};

    // Reads in this order, the opposite of Insert()'s.
    [[nodiscard]] bool Holds(std::uintptr_t wanted, std::uintptr_t read_from) const {
      return pc.load(std::memory_order_acquire) == wanted &&
             index.load(std::memory_order_acquire) == read_from;
    }
  };

  static std::size_t Hash(std::uintptr_t pc) { return (pc * 0x9e3779b97f4a7c15) >> 40; }

  std::array<Slot, kSlots> slots_;
};

constinit RuleTable g_rules;

ShortRule RuleAt(std::uintptr_t pc) {
  const EhFrameIndex index = FindEhFrameIndex(pc);
  if (index.address() == 0) return {};
  if (const auto known = g_rules.Find(pc, index.address())) return *known;
  const ShortRule rule = index.RuleAt(pc);
  g_rules.Insert(pc, index.address(), rule);
  return rule;
}

// Returns true if the word at `address` can be read. rt_sigprocmask(2) copies the new mask before
// it looks at the operation (kernel/signal.c), so the error shows whether the mask could be read.
// Every program that may start threads may make this call.
bool IsReadable(std::uintptr_t address) {
  constexpr long kNothingToDo = -1;
  constexpr long kMaskSize = 8;
  return RawCall(SYS_rt_sigprocmask, kNothingToDo, static_cast<long>(address), 0, kMaskSize) ==
         -EINVAL;
}

// Reads what is above a frame, up to an end that is not known. Asks for each page before reading
// it, so that wrong call frame information leads to no fault.
class Stack {
 public:
  /// `frame` is the calling function's.
  static Stack Own(std::uintptr_t frame) { return {frame, frame / kPage}; }
  static Stack Parked(std::uintptr_t sp) { return {sp, 0}; }

  [[nodiscard]] std::optional<std::uintptr_t> Word(std::uintptr_t address) {
    if (address < base_ || address % sizeof(std::uintptr_t) != 0) return std::nullopt;
    if (address / kPage != readable_) {
      if (!IsReadable(address)) return std::nullopt;
      readable_ = address / kPage;
    }
    return Read(address);
  }

 private:
  // The smallest page of all processors: asking more often than necessary does no harm.
  static constexpr std::uintptr_t kPage = 4096;

  Stack(std::uintptr_t base, std::uintptr_t readable) : base_(base), readable_(readable) {}

  // Sanitizers object to reading other code's memory.
  __attribute__((no_sanitize("address", "thread", "undefined"))) static std::uintptr_t Read(
      std::uintptr_t address) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    return *reinterpret_cast<const volatile std::uintptr_t*>(address);
  }

  std::uintptr_t base_;
  std::uintptr_t readable_;  // number of a page that is known to be
};

// Leaves out the first `skipped` frames.
std::size_t Walk(Stack stack, const FramePlace& from, std::size_t skipped,
                 std::uintptr_t* addresses, std::size_t most) {
  std::optional<std::uintptr_t> frame_pointer = from.frame_pointer;
  std::optional<std::uintptr_t> pc = from.pc;
  std::uintptr_t stack_pointer = from.stack_pointer;
  std::size_t depth = 0;
  while (depth < most && pc && *pc != 0) {
    if (skipped == 0) addresses[depth++] = *pc;
    if (skipped != 0) --skipped;
    const ShortRule rule = RuleAt(*pc - 1);
    if (!rule.usable() || (rule.from_frame_pointer() && !frame_pointer)) break;
    const std::uintptr_t cfa = (rule.from_frame_pointer() ? *frame_pointer : stack_pointer) +
                               static_cast<std::uintptr_t>(rule.cfa_distance());
    if (cfa <= stack_pointer) break;
    if (rule.saves_frame_pointer())
      frame_pointer = stack.Word(cfa + static_cast<std::uintptr_t>(rule.frame_pointer_distance()));
    pc = stack.Word(cfa + static_cast<std::uintptr_t>(rule.return_distance()));
    if (pc) pc = StripSignature(*pc);
    stack_pointer = cfa;
  }
  return depth;
}

}  // namespace

[[gnu::noinline]] std::size_t CaptureCreationStack(std::uintptr_t* addresses, std::size_t most) {
  const FramePlace place = PlaceToWalkFrom();
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const std::size_t depth = Walk(Stack::Own(frame), place, kOwnFrames, addresses, most);
  asm volatile("");  // no tail call: this frame must exist while it is read
  return depth;
}

std::size_t CaptureParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout,
                               std::uintptr_t* addresses, std::size_t most) {
  Stack stack = Stack::Parked(sp);
  const auto pc = stack.Word(sp + layout.continues);
  const auto frame_pointer = stack.Word(sp + layout.frame_pointer);
  if (!pc || !frame_pointer) return 0;
  return Walk(stack, {*pc, *frame_pointer, sp + layout.size}, 0, addresses, most);
}

}  // namespace taskleak::platform
