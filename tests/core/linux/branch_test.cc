// Calls and jumps of x86-64 by their bytes.
#include "linux/arch/x86_64/branch.h"

#include <cstdint>
#include <ostream>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak::platform {

// For the messages of the tests.
void PrintTo(const Branch& branch, std::ostream* out) {
  *out << "kind " << static_cast<int>(branch.kind) << " to " << branch.address;
}

namespace {

// NOLINTNEXTLINE(google-build-using-namespace)
using namespace x86_64;

using Code = std::vector<unsigned char>;
using Kind = Branch::Kind;

constexpr std::uintptr_t kAt = 0x401000;

TEST(BranchTest, ACallIsDecodedFromTheBytesBeforeItsEnd) {
  const struct {
    const char* what;
    Code code;
    Branch expected;
  } cases[] = {
      {"call +0x20", {0xe8, 0x20, 0, 0, 0}, {Kind::kDirect, kAt + 0x20}},
      {"call -5", {0xe8, 0xfb, 0xff, 0xff, 0xff}, {Kind::kDirect, kAt - 5}},
      {"call *0x100(%rip)", {0xff, 0x15, 0, 1, 0, 0}, {Kind::kSlot, kAt + 0x100}},
      {"call *%rax", {0xff, 0xd0}, {Kind::kAnywhere, 0}},
      {"call *%r12", {0x41, 0xff, 0xd4}, {Kind::kAnywhere, 0}},
      {"call *(%rax)", {0xff, 0x10}, {Kind::kAnywhere, 0}},
      {"call *(%rsp)", {0xff, 0x14, 0x24}, {Kind::kAnywhere, 0}},
      {"call *8(%rax)", {0xff, 0x50, 0x08}, {Kind::kAnywhere, 0}},
      {"call *8(%rsp)", {0xff, 0x54, 0x24, 0x08}, {Kind::kAnywhere, 0}},
      {"call *0x180(%rax)", {0xff, 0x90, 0x80, 1, 0, 0}, {Kind::kAnywhere, 0}},
      {"call *0x180(%rsp)", {0xff, 0x94, 0x24, 0x80, 1, 0, 0}, {Kind::kAnywhere, 0}},
      {"call *table(,%rax,8)", {0xff, 0x14, 0xc5, 0x80, 1, 0, 0}, {Kind::kAnywhere, 0}},
      {"jmp *%rax", {0xff, 0xe0}, {}},
      {"call *%rax; nop", {0xff, 0xd0, 0x90}, {}},
      {"call *8(%rax) without its last byte", {0xff, 0x50}, {}},
      {"call *(%rsp) without its last byte", {0xff, 0x14}, {}},
      {"call *8(%rsp) without its last byte", {0xff, 0x54, 0x24}, {}},
      {"no call", {}, {}},
  };
  for (const auto& each : cases) {
    std::array<unsigned char, kLongestCall> code;
    code.fill(0x90);
    std::copy_backward(each.code.begin(), each.code.end(), code.end());
    EXPECT_EQ(DecodeCall(code, kAt), each.expected) << each.what;
    EXPECT_TRUE(MayBranch(code.data()) || each.expected.kind != Kind::kDirect) << each.what;
  }
}

TEST(BranchTest, AJumpIsDecodedFromItsBytes) {
  const struct {
    const char* what;
    Code code;
    Branch expected;
  } cases[] = {
      {"jmp +0x20", {0xe9, 0x20, 0, 0, 0}, {Kind::kDirect, kAt + 5 + 0x20}},
      {"jmp *0x100(%rip)", {0xff, 0x25, 0, 1, 0, 0}, {Kind::kSlot, kAt + 6 + 0x100}},
      {"endbr64; jmp -9",
       {0xf3, 0x0f, 0x1e, 0xfa, 0xe9, 0xf7, 0xff, 0xff, 0xff},
       {Kind::kDirect, kAt}},
      {"endbr64; bnd jmp *0x100(%rip)",
       {0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25, 0, 1, 0, 0},
       {Kind::kSlot, kAt + 11 + 0x100}},
      {"call", {0xe8, 0x20, 0, 0, 0}, {}},
      {"jmp *%rax", {0xff, 0xe0}, {}},
      {"another instruction before", {0x90, 0xe9, 0x20, 0, 0, 0}, {}},
  };
  for (const auto& each : cases) {
    std::array<unsigned char, kLongestJump> code{};
    std::copy(each.code.begin(), each.code.end(), code.begin());
    EXPECT_EQ(DecodeJump(code, kAt), each.expected) << each.what;
    EXPECT_TRUE(MayBranch(code.data()) || each.expected == Branch()) << each.what;
  }
}

TEST(BranchTest, AJumpToAPlaceIsFoundAmongOthers) {
  const struct {
    const char* what;
    Code code;
    bool expected;
  } cases[] = {
      {"jmp there", {0x90, 0xe9, 0xfa, 0x0f, 0, 0}, true},
      {"je there", {0x0f, 0x84, 0xfa, 0x0f, 0, 0}, true},
      {"jmp elsewhere, then jmp there", {0xe9, 1, 0, 0, 0, 0xe9, 0xf6, 0x0f, 0, 0}, true},
      {"call there", {0x90, 0xe8, 0xfa, 0x0f, 0, 0}, false},
      {"jmp elsewhere", {0x90, 0xe9, 0xfb, 0x0f, 0, 0}, false},
      {"84 that is not a second byte", {0x90, 0x84, 0xfa, 0x0f, 0, 0}, false},
      {"cut off", {0x90, 0xe9, 0xfa, 0x0f, 0}, false},
      {"nothing", {}, false},
  };
  for (const auto& each : cases)
    EXPECT_EQ(HasJump(each.code, kAt, kAt + 0x1000), each.expected) << each.what;
}

TEST(BranchTest, AJumpThroughAPointerIsFoundButNotInADisplacement) {
  const struct {
    const char* what;
    Code code;
    bool expected;
  } cases[] = {
      {"jmp *%rax", {0x90, 0xff, 0xe0}, true},
      {"jmp *8(%rax)", {0xff, 0x60, 0x08}, true},
      {"jmp *slot(%rip)", {0x90, 0xff, 0x25, 0, 1, 0, 0}, true},
      {"call *%rax", {0x90, 0xff, 0xd0}, false},
      {"in the displacement of a call", {0xe8, 0x10, 0xff, 0xe0, 0xff}, false},
      {"in a negative displacement", {0x8b, 0x85, 0x10, 0xff, 0xff, 0xe0}, false},
      {"cut off", {0x90, 0xff}, false},
      {"nothing", {}, false},
  };
  for (const auto& each : cases)
    EXPECT_EQ(HasJumpThroughPointer(each.code), each.expected) << each.what;
}

}  // namespace
}  // namespace taskleak::platform
