// The rules for walking creation stacks agree with libdw's rules.
#include "linux/unwind/eh_frame.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "linux/arch/registers.h"
#include "linux/modules/modules.h"
#include "linux/unwind/frame_rule.h"

namespace taskleak::platform {
namespace {

struct Code {
  std::uintptr_t begin;
  std::uintptr_t end;
};

// Returns the code of the program or library that contains `address`.
std::vector<Code> CodeAround(const void* address) {
  struct Search {
    std::uintptr_t address;
    std::vector<Code> found;
  } search{reinterpret_cast<std::uintptr_t>(address), {}};
  const auto look = [](dl_phdr_info* object, std::size_t, void* data) {
    auto& wanted = *static_cast<Search*>(data);
    std::vector<Code> code;
    bool holds = false;
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& segment = object->dlpi_phdr[i];
      if (segment.p_type != PT_LOAD) continue;
      const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
      holds = holds || wanted.address - begin < segment.p_memsz;
      if ((segment.p_flags & PF_X) != 0) code.push_back({begin, begin + segment.p_memsz});
    }
    if (holds) wanted.found = code;
    return holds ? 1 : 0;
  };
  dl_iterate_phdr(look, &search);
  return search.found;
}

// Returns the rule as a ShortRule. It is not usable if a ShortRule cannot express it.
ShortRule Shorten(const FrameRule& rule) {
  const Location& return_address = rule.callers[kReturnColumn];
  const Location& frame_pointer = rule.callers[kFramePointer];
  const bool plain_cfa = rule.cfa_register == kStackPointer || rule.cfa_register == kFramePointer;
  const bool saved = frame_pointer.kind == Location::kSavedAtCfaPlus;
  if (!rule.found || rule.signal_frame || !plain_cfa ||
      return_address.kind != Location::kSavedAtCfaPlus ||
      (!saved && frame_pointer.kind != Location::kSame))
    return {};
  ShortRule::Distances distances{rule.cfa_operand, return_address.operand};
  if (saved) distances.frame_pointer = frame_pointer.operand;
  return ShortRule::Make(rule.cfa_register == kFramePointer, distances);
}

struct Counts {
  int usable = 0;
  int only_libdw = 0;
};

void Compare(std::uintptr_t pc, Counts& counts) {
  const ShortRule own = FindEhFrameIndex(pc).RuleAt(pc);
  const MutexLock lock(Modules::Instance().mutex());
  const ShortRule expected = Shorten(MakeFrameRule(pc));
  if (own.usable()) {
    EXPECT_EQ(own.bits(), expected.bits()) << std::hex << pc;
  }
  counts.usable += own.usable() ? 1 : 0;
  counts.only_libdw += !own.usable() && expected.usable() ? 1 : 0;
}

void CompareAround(const void* address) {
  {
    Modules& modules = Modules::Instance();
    const MutexLock lock(modules.mutex());
    ASSERT_TRUE(modules.Refresh());
  }
  const std::vector<Code> code = CodeAround(address);
  ASSERT_FALSE(code.empty());
  constexpr std::uintptr_t kPlaces = 20'000;
  Counts counts;
  for (const Code& range : code) {
    const std::uintptr_t step = (range.end - range.begin) / kPlaces | 1;  // odd: any alignment
    for (std::uintptr_t pc = range.begin; pc < range.end; pc += step) Compare(pc, counts);
  }
  EXPECT_GT(counts.usable, 1000);
  // Only libdw has rules for code with .debug_frame alone, and for glibc's places after system
  // calls that start processes.
  EXPECT_LT(counts.only_libdw * 1000, counts.usable);
}

TEST(EhFrameTest, RulesOfTheProgramsOwnCodeAreThoseOfLibdw) {
  CompareAround(reinterpret_cast<const void*>(&CompareAround));
}

TEST(EhFrameTest, RulesOfLibcAreThoseOfLibdw) { CompareAround(dlsym(RTLD_NEXT, "pthread_create")); }

TEST(EhFrameTest, RulesOfTheStandardLibraryAreThoseOfLibdw) {
  CompareAround(dlsym(RTLD_NEXT, "__cxa_throw"));
}

// A rule of one word has the values that it was made of.
TEST(EhFrameTest, AShortRuleHoldsBothDistances) {
  const ShortRule rule = ShortRule::Make(true, {1 << 20, -8, -(1 << 21)});
  EXPECT_TRUE(rule.usable() && rule.from_frame_pointer() && rule.saves_frame_pointer());
  EXPECT_EQ(rule.cfa_distance(), 1 << 20);
  EXPECT_EQ(rule.frame_pointer_distance(), -(1 << 21));
  EXPECT_FALSE(ShortRule::Make(true, {1 << 23}).usable());
}

}  // namespace
}  // namespace taskleak::platform
