#include "linux/arch/call_site.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "linux/arch/call_target.h"
#include "linux/arch/decode.h"
#include "linux/proc/memory.h"

namespace taskleak::platform {
namespace {

constexpr std::size_t kMostCode = 4096;  // bytes of a function that are searched for jumps

std::optional<std::uintptr_t> TargetOf(const Branch& branch) {
  if (branch.kind == Branch::Kind::kDirect) return branch.address;
  if (branch.kind == Branch::Kind::kSlot) return ReadValue<std::uintptr_t>(branch.address);
  return {};
}

// Returns where the unconditional jump at `at` leads, if there is one, as in a PLT entry or a
// thunk.
std::optional<std::uintptr_t> FollowJump(std::uintptr_t at) {
  const auto code = ReadValue<std::array<unsigned char, decoders::kLongestJump>>(at);
  return code ? TargetOf(decoders::DecodeJump(*code, at)) : std::nullopt;
}

// Returns the function's first bytes, which are read into `code`.
std::span<const unsigned char> ReadCode(const FunctionRange& function,
                                        std::array<unsigned char, kMostCode>& code) {
  if (function.end <= function.start) return {};
  const std::size_t size = std::min(code.size(), function.end - function.start);
  return std::span(code).first(ReadMemory(function.start, code.data(), size));
}

}  // namespace

bool CallSite::Calls(std::uintptr_t function_start) const {
  return std::find(targets.begin(), targets.end(), function_start) != targets.end();
}

CallSite ReadCallSite(std::uintptr_t return_address) {
  CallSite site;
  const auto code = ReadValue<std::array<unsigned char, decoders::kLongestCall>>(
      return_address - decoders::kLongestCall);
  if (!code) return site;
  const Branch call = decoders::DecodeCall(*code, return_address);
  site.is_call = call.kind != Branch::Kind::kNone;
  std::optional<std::uintptr_t> target = TargetOf(call);
  constexpr std::size_t kMostJumps = 4;
  while (target && site.targets.size() < kMostJumps) {
    site.targets.push_back(*target);
    target = FollowJump(*target);
  }
  return site;
}

bool FollowsCall(std::uintptr_t return_address) {
  if (return_address % decoders::kStep != 0) return false;
  const auto code = ReadValue<std::array<unsigned char, decoders::kLongestCall>>(
      return_address - decoders::kLongestCall);
  return code && decoders::DecodeCall(*code, return_address).kind != Branch::Kind::kNone;
}

std::vector<std::uintptr_t> CallTargets(std::uintptr_t return_address) {
  return ReadCallSite(return_address).targets;
}

bool HasJump(const FunctionRange& function, std::uintptr_t to) {
  std::array<unsigned char, kMostCode> code;
  return decoders::HasJump(ReadCode(function, code), function.start, to);
}

bool HasJumpThroughPointer(const FunctionRange& function) {
  std::array<unsigned char, kMostCode> code;
  return decoders::HasJumpThroughPointer(ReadCode(function, code));
}

}  // namespace taskleak::platform
