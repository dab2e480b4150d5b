#include "linux/coroutines/coroutine_symbol.h"

#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

TEST(CoroutineSymbolTest, PartsAreToldByWhatCompilersAppend) {
  EXPECT_EQ(PartOfSymbol("_Z4leafPZ4leafiE14_Z4leafi.Frame.actor"), CoroutinePart::kResume);
  EXPECT_EQ(PartOfSymbol("_Z4leafPZ4leafiE14_Z4leafi.Frame.destroy"), CoroutinePart::kDestroy);
  EXPECT_EQ(PartOfSymbol("_Z4leafi.resume"), CoroutinePart::kResume);
  EXPECT_EQ(PartOfSymbol("_Z4leafi.destroy"), CoroutinePart::kDestroy);
  EXPECT_EQ(PartOfSymbol("_Z4leafi.cleanup"), CoroutinePart::kCleanup);
}

TEST(CoroutineSymbolTest, NumbersOfLinkTimeOptimizationBelongToTheName) {
  EXPECT_EQ(PartOfSymbol("_Z4leafi.resume.4"), CoroutinePart::kResume);
  EXPECT_EQ(PartOfSymbol("_Z4leafi.destroy.llvm.18099948888658938255"), CoroutinePart::kDestroy);
  EXPECT_EQ(PartOfSymbol("_Z4leafi.Frame.actor.lto_priv.0"), CoroutinePart::kResume);
}

TEST(CoroutineSymbolTest, OtherFunctionsAreNoParts) {
  EXPECT_EQ(PartOfSymbol("_Z4leafi"), CoroutinePart::kNone);
  EXPECT_EQ(PartOfSymbol("_Z6resumev"), CoroutinePart::kNone);
  EXPECT_EQ(PartOfSymbol("_Z4leafi.constprop.0"), CoroutinePart::kNone);
}

TEST(CoroutineSymbolTest, PartsOfPartsAreNoParts) {
  EXPECT_EQ(PartOfSymbol("_Z4leafi.Frame.actor.cold"), CoroutinePart::kNone);
  EXPECT_EQ(PartOfSymbol("_Z4leafi.Frame.actor.lto_priv.0.cold"), CoroutinePart::kNone);
  EXPECT_EQ(PartOfSymbol("_Z4leafi.resume.part.0"), CoroutinePart::kNone);
}

}  // namespace
}  // namespace taskleak::platform
