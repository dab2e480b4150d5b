#include "alive/transit.h"

#include <dlfcn.h>

#include <cstdint>
#include <initializer_list>

#include <gtest/gtest.h>

namespace taskleak::alive {
namespace {

using platform::Missing;

std::uintptr_t InLibc() { return reinterpret_cast<std::uintptr_t>(dlsym(RTLD_NEXT, "getpid")); }
std::uintptr_t InProgram() { return reinterpret_cast<std::uintptr_t>(&InLibc); }

platform::ThreadLook LookOf(std::initializer_list<std::uintptr_t> addresses) {
  platform::ThreadLook look;
  for (const std::uintptr_t address : addresses) look.stack.frames.push_back({.pc = address});
  return look;
}

TEST(TransitTest, AThreadWhoseWholeStackIsInLibcIs) {
  EXPECT_TRUE(IsInTransit(LookOf({InLibc(), InLibc()})));
}

TEST(TransitTest, OneThatRunsCodeOfTheProgramIsNot) {
  EXPECT_FALSE(IsInTransit(LookOf({InLibc(), InProgram(), InLibc()})));
}

TEST(TransitTest, OneOfWhichFramesAreMissingMayRunSuchCode) {
  platform::ThreadLook look = LookOf({InLibc()});
  look.stack.missing = {Missing::Reason::kNoReturnAddress};
  EXPECT_FALSE(IsInTransit(look));
  EXPECT_FALSE(IsInTransit(LookOf({})));
}

TEST(TransitTest, OneThatHasEndedIsNot) {
  platform::ThreadLook look = LookOf({InLibc()});
  look.gone = true;
  EXPECT_FALSE(IsInTransit(look));
}

}  // namespace
}  // namespace taskleak::alive
