#include "run/hung_scope.h"

#include <string>

#include <gtest/gtest.h>

namespace taskleak::run {
namespace {

TEST(HungScopeTest, IsTheOneThatWasSetLast) {
  HungScope scope;
  scope.Set("Suite.First", "");
  scope.Set("Suite.Second", "check");
  EXPECT_STREQ(scope.Take(), "Suite.Second: check");
}

TEST(HungScopeTest, ALongOneIsCut) {
  HungScope scope;
  scope.Set(std::string(300, 'a'), "check");
  EXPECT_EQ(scope.Take(), std::string(255, 'a'));
}

TEST(HungScopeTest, WhatWasTakenDoesNotChange) {
  HungScope scope;
  scope.Set("Suite.Hung", "");
  const char* const taken = scope.Take();
  for (const char* later : {"Suite.Later", "Suite.Last"}) scope.Set(later, "");
  EXPECT_STREQ(taken, "Suite.Hung");
}

}  // namespace
}  // namespace taskleak::run
