#include "switch_probe.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <boost/context/fiber.hpp>

namespace taskleak::internal {

#if defined(BOOST_USE_UCONTEXT)

SwitchLayout ProbeSwitch() {
  SwitchLayout layout;
  layout.unknown_because = "Boost.Context uses ucontext here";
  return layout;
}

#else

namespace {

using boost::context::detail::transfer_t;

// The values of the registers in the probe. The preserved registers, in SwitchLayout's order, hold
// this plus 1, 2, 3 and so on; the frame pointer holds this plus 15.
constexpr std::uint64_t kProbe = 0x51a7c0de51a7c000;

// Is run on the other context by a switch on top of it.
transfer_t Arrive(transfer_t from) { return from; }

// Holds the functions that the probe calls (their symbols' names differ between versions of Boost),
// and what the probe reports about itself.
struct Talk {
  decltype(&Arrive) arrive = &Arrive;
  decltype(&boost::context::detail::ontop_fcontext) switch_on_top =
      &boost::context::detail::ontop_fcontext;
  std::uint64_t stack_pointer = 0;  // when it continues
  std::uint64_t continues = 0;      // where it continues
};

// Parks at once, in the way fibers do, and is never run again. Entered with the context to go back
// to in the first argument's register and with a Talk in the second's. All is one piece of
// assembler code, so no instrumentation touches the registers.
#if defined(__aarch64__)

constexpr std::size_t kPreservedCount = 10;  // x19 to x28

// GCC has no naked functions for aarch64. What stands before the assembler code does no harm.
[[gnu::noinline]] void Probe(transfer_t from) {
  register void* to asm("x0") = from.fctx;
  register void* talk asm("x1") = from.data;
  asm volatile(
      "ldp x2, x9, [x1]\n"
      "mov x10, sp\n"
      "adr x11, 1f\n"
      "stp x10, x11, [x1, #16]\n"
      "mov x1, #0\n"
      "mov x19, #0xc001\n"
      "movk x19, #0x51a7, lsl #16\n"
      "movk x19, #0xc0de, lsl #32\n"
      "movk x19, #0x51a7, lsl #48\n"
      "add x20, x19, #1\n"
      "add x21, x19, #2\n"
      "add x22, x19, #3\n"
      "add x23, x19, #4\n"
      "add x24, x19, #5\n"
      "add x25, x19, #6\n"
      "add x26, x19, #7\n"
      "add x27, x19, #8\n"
      "add x28, x19, #9\n"
      "add x29, x19, #14\n"
      "blr x9\n"
      "1: brk #1\n" ::"r"(to),
      "r"(talk)
      : "memory");
  __builtin_unreachable();
}

#else

constexpr std::size_t kPreservedCount = 5;  // rbx, r12 to r15

[[gnu::naked, gnu::noinline]] void Probe(transfer_t) {
  __asm__(
      "movq (%rsi), %rdx\n"
      "movq 8(%rsi), %rax\n"
      "movq %rsp, 16(%rsi)\n"
      "leaq 1f(%rip), %rcx\n"
      "movq %rcx, 24(%rsi)\n"
      "xorl %esi, %esi\n"
      "movabsq $0x51a7c0de51a7c001, %rbx\n"
      "movabsq $0x51a7c0de51a7c002, %r12\n"
      "movabsq $0x51a7c0de51a7c003, %r13\n"
      "movabsq $0x51a7c0de51a7c004, %r14\n"
      "movabsq $0x51a7c0de51a7c005, %r15\n"
      "movabsq $0x51a7c0de51a7c00f, %rbp\n"
      "call *%rax\n"
      "1: ud2\n");
}

#endif

using Saved = std::array<std::uint64_t, 30>;

struct Parked {
  Saved saved{};           // what the switch has saved, from the stack pointer upwards
  std::uint64_t size = 0;  // how far above that the probe's own stack pointer is
  std::uint64_t continues = 0;
};

Parked ParkProbe() {
  constexpr std::size_t kStackSize = std::size_t{64} << 10;
  std::vector<std::byte> stack(kStackSize);
  void* const start =
      boost::context::detail::make_fcontext(stack.data() + kStackSize, kStackSize, &Probe);
  Talk talk;
  const transfer_t to = boost::context::detail::jump_fcontext(start, &talk);
  Parked parked;
  parked.size = talk.stack_pointer - reinterpret_cast<std::uint64_t>(to.fctx);
  parked.continues = talk.continues;
  std::memcpy(parked.saved.data(), to.fctx,
              std::min<std::size_t>(sizeof parked.saved, parked.size));
  return parked;
}

// Finds where each register is saved, which must be at one place only. aarch64's switch saves the
// address to continue at twice: as x30 and, above it, as the value that it reads back.
class Search {
 public:
  explicit Search(const Parked& parked)
      : saved_(parked.saved), complete_(parked.size <= sizeof parked.saved) {}

  std::uint8_t FindOnly(std::uint64_t value) {
    complete_ = complete_ && std::count(saved_.begin(), saved_.end(), value) == 1;
    return FindLast(value);
  }
  std::uint8_t FindLast(std::uint64_t value) {
    const auto found = std::find(saved_.rbegin(), saved_.rend(), value);
    complete_ = complete_ && found != saved_.rend();
    return complete_ ? static_cast<std::uint8_t>((saved_.rend() - found - 1) * 8) : 0;
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  const Saved& saved_;
  bool complete_;
};

}  // namespace

SwitchLayout ProbeSwitch() {
  const Parked parked = ParkProbe();
  Search search(parked);
  SwitchLayout layout;
  for (std::size_t i = 0; i < kPreservedCount; ++i)
    layout.preserved[i] = search.FindOnly(kProbe + 1 + i);
  layout.frame_pointer = search.FindOnly(kProbe + 15);
  layout.continues = search.FindLast(parked.continues);
  layout.size = static_cast<std::uint8_t>(parked.size);
  if (!search.complete())
    layout.unknown_because =
        "a parked probe did not have its registers where this Boost.Context should leave them";
  return layout;
}

#endif

}  // namespace taskleak::internal
