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

// What the registers hold in the probe, but for the last digit.
constexpr std::uint64_t kProbe = 0x51a7c0de51a7c000;

// What a switch on top of another context runs there.
transfer_t Arrive(transfer_t from) { return from; }

// What the probe calls. Their names in the object file differ between versions of Boost.
struct Calls {
  decltype(&Arrive) arrive = &Arrive;
  decltype(&boost::context::detail::ontop_fcontext) switch_on_top =
      &boost::context::detail::ontop_fcontext;
};

// Parks at once, in the way fibers do, and is never run again. Entered with the context to go back
// to in rdi and with Calls in rsi (jump_x86_64_sysv_elf_gas.S). Nothing but assembler code may
// stand in it, so no instrumentation touches the registers.
[[gnu::naked, gnu::noinline]] void Probe(transfer_t) {
  __asm__(
      "movq (%rsi), %rdx\n"
      "movq 8(%rsi), %rax\n"
      "xorl %esi, %esi\n"
      "movabsq $0x51a7c0de51a7c001, %rbx\n"
      "movabsq $0x51a7c0de51a7c002, %rbp\n"
      "movabsq $0x51a7c0de51a7c003, %r12\n"
      "movabsq $0x51a7c0de51a7c004, %r13\n"
      "movabsq $0x51a7c0de51a7c005, %r14\n"
      "movabsq $0x51a7c0de51a7c006, %r15\n"
      "call *%rax\n"
      "ud2\n");
}
constexpr std::size_t kPreservedCount = 5;  // rbx, r12 to r15
constexpr std::size_t kProbeSize = 128;     // more than it has

// What is on the stack from the stack pointer upwards that the switch has saved.
using Saved = std::array<std::uint64_t, 16>;

Saved ParkProbe() {
  constexpr std::size_t kStackSize = std::size_t{64} << 10;
  std::vector<std::byte> stack(kStackSize);
  void* const start =
      boost::context::detail::make_fcontext(stack.data() + kStackSize, kStackSize, &Probe);
  Calls calls;
  const transfer_t parked = boost::context::detail::jump_fcontext(start, &calls);
  Saved saved{};
  const auto* const top = static_cast<const std::byte*>(parked.fctx);
  std::memcpy(saved.data(), top,
              std::min(sizeof saved, static_cast<std::size_t>(stack.data() + kStackSize - top)));
  return saved;
}

// Finds each value once, or nothing.
class Search {
 public:
  explicit Search(const Saved& saved) : saved_(saved) {}

  std::uint8_t Find(std::uint64_t first, std::uint64_t last) {
    const auto is_it = [=](std::uint64_t word) { return first <= word && word <= last; };
    const auto found = std::find_if(saved_.begin(), saved_.end(), is_it);
    complete_ = complete_ && std::count_if(saved_.begin(), saved_.end(), is_it) == 1;
    return static_cast<std::uint8_t>((found - saved_.begin()) * 8);
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  const Saved& saved_;
  bool complete_ = true;
};

}  // namespace

SwitchLayout ProbeSwitch() {
  const Saved saved = ParkProbe();
  Search search(saved);
  SwitchLayout layout;
  std::uint64_t value = kProbe;
  layout.preserved[0] = search.Find(value + 1, value + 1);
  layout.frame_pointer = search.Find(value + 2, value + 2);
  value += 2;
  for (std::size_t i = 1; i < kPreservedCount; ++i) {
    ++value;
    layout.preserved[i] = search.Find(value, value);
  }
  const auto code = reinterpret_cast<std::uint64_t>(&Probe);
  layout.continues = search.Find(code, code + kProbeSize);
  // The switch is a call, after which the stack pointer is above its return address.
  layout.size = static_cast<std::uint8_t>(layout.continues + sizeof(std::uint64_t));
  if (!search.complete())
    layout.unknown_because =
        "a parked probe did not have its registers where this Boost.Context should leave them";
  return layout;
}

#endif

}  // namespace taskleak::internal
