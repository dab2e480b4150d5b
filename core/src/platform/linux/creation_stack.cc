#include "platform/creation_stack.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <optional>

#include "base/mutex.h"
#include "platform/linux/code_facts.h"
#include "platform/linux/frame_rule.h"
#include "platform/linux/registers.h"
#include "platform/memory.h"
#include "platform/modules.h"

namespace taskleak::platform {
namespace {

// The call frame information of nearly all code, in one word: the caller's frame begins at rsp or
// rbp plus a distance, the return address is just below it, and rbp is still the caller's or saved
// at another distance.
class ShortRule {
 public:
  ShortRule() = default;
  explicit ShortRule(std::uint64_t bits) : bits_(bits) {}

  static ShortRule Make(const FrameRule& rule) {
    const Location& rip = rule.callers[kRip];
    const Location& rbp = rule.callers[kRbp];
    if (!rule.found) return ShortRule(kKnown);
    if (rule.is_start()) return ShortRule(kKnown | kStart);
    const bool plain_cfa = rule.cfa_register == kRsp || rule.cfa_register == kRbp;
    const bool plain_rip = rip.kind == Location::kSavedAtCfaPlus && rip.operand == -8;
    const bool plain_rbp =
        rbp.kind == Location::kSame || (rbp.kind == Location::kSavedAtCfaPlus && Fits(rbp.operand));
    if (!plain_cfa || !plain_rip || !plain_rbp || !Fits(rule.cfa_operand) || rule.signal_frame)
      return ShortRule(kKnown);
    std::uint64_t bits = kKnown | kUsable | Field(rule.cfa_operand, 8);
    if (rule.cfa_register == kRbp) bits |= kFromRbp;
    if (rbp.kind == Location::kSavedAtCfaPlus) bits |= kSavesRbp | Field(rbp.operand, 32);
    return ShortRule(bits);
  }

  [[nodiscard]] std::uint64_t bits() const { return bits_; }
  [[nodiscard]] bool usable() const { return (bits_ & kUsable) != 0; }
  [[nodiscard]] bool from_rbp() const { return (bits_ & kFromRbp) != 0; }
  [[nodiscard]] bool saves_rbp() const { return (bits_ & kSavesRbp) != 0; }
  [[nodiscard]] std::int64_t cfa_distance() const { return Distance(8); }
  [[nodiscard]] std::int64_t rbp_distance() const { return Distance(32); }

 private:
  static constexpr std::uint64_t kKnown = 1;
  static constexpr std::uint64_t kUsable = 2;
  static constexpr std::uint64_t kStart = 4;
  static constexpr std::uint64_t kFromRbp = 8;
  static constexpr std::uint64_t kSavesRbp = 16;
  static constexpr std::int32_t kLimit = 1 << 23;

  static bool Fits(std::int32_t distance) { return distance >= -kLimit && distance < kLimit; }
  static std::uint64_t Field(std::int32_t distance, int shift) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(distance) & 0xffffffU) << shift;
  }
  [[nodiscard]] std::int64_t Distance(int shift) const {
    const auto field = static_cast<std::int32_t>((bits_ >> shift) & 0xffffff);
    return field >= kLimit ? field - 2 * kLimit : field;
  }

  std::uint64_t bits_ = 0;
};

// Rules by place in the code. Read without a lock; filled under the modules' mutex. Full or
// crowded, it only makes captures slower.
class RuleTable {
 public:
  std::optional<ShortRule> Find(std::uintptr_t pc) const {
    for (std::size_t i = 0; i < kProbes; ++i) {
      const Slot& slot = slots_[(Hash(pc) + i) % kSlots];
      if (slot.pc.load(std::memory_order_acquire) != pc) continue;
      const ShortRule rule(slot.rule.load(std::memory_order_acquire));
      if (slot.pc.load(std::memory_order_acquire) == pc) return rule;
    }
    return std::nullopt;
  }

  void Insert(std::uintptr_t pc, ShortRule rule, std::uint64_t generation)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    if (generation != generation_)
      Clear();  // what is mapped has changed: an address may mean other code now
    generation_ = generation;
    for (std::size_t i = 0; i < kProbes; ++i) {
      Slot& slot = slots_[(Hash(pc) + i) % kSlots];
      if (slot.pc.load(std::memory_order_relaxed) != 0) continue;
      slot.rule.store(rule.bits(), std::memory_order_release);
      slot.pc.store(pc, std::memory_order_release);
      return;
    }
  }

 private:
  static constexpr std::size_t kSlots = 8192;
  static constexpr std::size_t kProbes = 8;

  struct Slot {
    std::atomic<std::uintptr_t> pc{0};
    std::atomic<std::uint64_t> rule{0};
  };

  static std::size_t Hash(std::uintptr_t pc) { return (pc * 0x9e3779b97f4a7c15) >> 40; }
  void Clear() {
    for (Slot& slot : slots_) slot.pc.store(0, std::memory_order_release);
  }

  std::array<Slot, kSlots> slots_;
  std::uint64_t generation_ = 0;
};

constinit RuleTable g_rules;

ShortRule ReadRule(std::uintptr_t pc) {
  const MutexLock lock(Modules::Instance().mutex());
  if (!Modules::Instance().IsCode(pc) && !Modules::Instance().Refresh()) return {};
  const ShortRule rule = ShortRule::Make(CodeFacts::Instance().RuleAt(pc));
  g_rules.Insert(pc, rule, Modules::Instance().generation());
  return rule;
}

// Where the memory lies that the thread was given for its stack.
struct StackBounds {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

// Of the calling thread, which is asked for it once; empty if it is not known.
StackBounds BoundsOfThread() {
  constinit thread_local bool known = false;
  constinit thread_local StackBounds bounds;
  if (known) return bounds;
  known = true;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return bounds;
  void* begin = nullptr;
  std::size_t size = 0;
  if (pthread_attr_getstack(&attributes, &begin, &size) == 0) {
    bounds.begin = reinterpret_cast<std::uintptr_t>(begin);
    bounds.end = bounds.begin + size;
  }
  pthread_attr_destroy(&attributes);
  return bounds;
}

// From a frame to the end of the thread's stack all is mapped, and can be read in place.
class OwnStackInPlace {
 public:
  OwnStackInPlace(std::uintptr_t base, std::uintptr_t end) : base_(base), end_(end) {}

  [[nodiscard]] std::optional<std::uintptr_t> Word(std::uintptr_t address) const {
    if (address < base_ || address > end_ - sizeof(std::uintptr_t) ||
        address % sizeof(std::uintptr_t) != 0)
      return std::nullopt;
    return Read(address);
  }

 private:
  // Sanitizers object to reading what others own.
  __attribute__((no_sanitize("address", "thread", "undefined"))) static std::uintptr_t Read(
      std::uintptr_t address) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    return *reinterpret_cast<const volatile std::uintptr_t*>(address);
  }

  std::uintptr_t base_;
  std::uintptr_t end_;
};

// A piece of another stack, such as the fiber's that this thread is on. Copied by the kernel, since
// nobody knows where it ends.
class StackCopy {
 public:
  explicit StackCopy(std::uintptr_t base)
      : base_(base),
        words_(ReadMemory(base, copy_.data(), sizeof copy_) / sizeof(std::uintptr_t)) {}

  [[nodiscard]] std::optional<std::uintptr_t> Word(std::uintptr_t address) const {
    const std::size_t index = (address - base_) / sizeof(std::uintptr_t);
    if (address < base_ || index >= words_) return std::nullopt;
    return copy_[index];
  }

 private:
  std::uintptr_t base_;
  std::array<std::uintptr_t, 1024> copy_;
  std::size_t words_;
};

// Starts where a return address and the caller's rbp are saved.
template <typename SomeStack>
std::size_t Walk(const SomeStack& stack, std::uintptr_t return_address, std::uintptr_t saved_rbp,
                 std::uintptr_t* addresses, std::size_t most) {
  std::optional<std::uintptr_t> rbp = stack.Word(saved_rbp);
  std::optional<std::uintptr_t> pc = stack.Word(return_address);
  std::uintptr_t rsp = return_address + 8;
  std::size_t depth = 0;
  while (depth < most && pc && *pc != 0) {
    addresses[depth++] = *pc;
    const auto known = g_rules.Find(*pc - 1);
    const ShortRule rule = known ? *known : ReadRule(*pc - 1);
    if (!rule.usable() || (rule.from_rbp() && !rbp)) break;
    const std::uintptr_t cfa =
        (rule.from_rbp() ? *rbp : rsp) + static_cast<std::uintptr_t>(rule.cfa_distance());
    if (cfa <= rsp) break;
    if (rule.saves_rbp()) rbp = stack.Word(cfa + static_cast<std::uintptr_t>(rule.rbp_distance()));
    pc = stack.Word(cfa - 8);
    rsp = cfa;
  }
  return depth;
}

}  // namespace

[[gnu::noinline]] std::size_t CaptureCreationStack(std::uintptr_t* addresses, std::size_t most) {
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const int saved_errno = errno;
  const StackBounds bounds = BoundsOfThread();
  // A frame whose rbp is its frame address: the caller's rbp, then the return address (System V
  // ABI, section 3.2.2).
  const std::size_t depth =
      bounds.begin <= frame && frame < bounds.end
          ? Walk(OwnStackInPlace(frame, bounds.end), frame + 8, frame, addresses, most)
          : Walk(StackCopy(frame), frame + 8, frame, addresses, most);
  errno = saved_errno;
  return depth;
}

std::size_t CaptureParkedStack(std::uintptr_t sp, const internal::SwitchLayout& layout,
                               std::uintptr_t* addresses, std::size_t most) {
  const int saved_errno = errno;
  const std::size_t depth = Walk(StackCopy(sp), sp + layout.rip, sp + layout.rbp, addresses, most);
  errno = saved_errno;
  return depth;
}

}  // namespace taskleak::platform
