// Any bytes as code: calls and jumps are searched for everywhere, and all ways to search for a jump
// give the same result.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "linux/arch/x86_64/branch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::platform::x86_64;  // NOLINT(google-build-using-namespace)
  using taskleak::platform::Branch;
  constexpr std::uintptr_t kStart = 0x401000;
  const std::span code(data, size);
  static_cast<void>(HasJumpThroughPointer(code));
  for (std::size_t i = 0; i + kLongestCall <= size; ++i) {
    const Branch call =
        DecodeCall(code.subspan(i).first<kLongestCall>(), kStart + i + kLongestCall);
    const bool has_address = call.kind == Branch::Kind::kDirect || call.kind == Branch::Kind::kSlot;
    if (!has_address && call.address != 0) std::abort();
    if (call.kind == Branch::Kind::kDirect && !MayBranch(data + i)) std::abort();
  }
  for (std::size_t i = 0; i + kLongestJump <= size; ++i) {
    const Branch jump = DecodeJump(code.subspan(i).first<kLongestJump>(), kStart + i);
    if (jump.kind == Branch::Kind::kDirect && !HasJump(code, kStart, jump.address)) std::abort();
    if (jump.kind != Branch::Kind::kNone && !MayBranch(data + i)) std::abort();
  }
  return 0;
}
