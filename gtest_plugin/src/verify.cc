#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "current_test.h"
#include "listener.h"
#include "taskleak/gtest.h"
#include "taskleak/internal/code_options.h"
#include "taskleak/leak_scope.h"

namespace taskleak::gtest {
namespace {

/// Checks a scope of the current test; bad options are its failure.
std::optional<std::string> Check(LeakScope& scope, const Options& options) {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  try {
    return scope.Check(test == nullptr ? "" : internal::FullName(*test), options);
  } catch (const std::exception& error) {
    return std::string("taskleak: ") + error.what();
  }
}

Options OptionsOfRun() { return taskleak::internal::OptionsOfScope(internal::ListenerOptions()); }

}  // namespace

VerifyNoLeaks::VerifyNoLeaks() : VerifyNoLeaks(OptionsOfRun()) {}

VerifyNoLeaks::VerifyNoLeaks(Options options) : options_(std::move(options)) {}

VerifyNoLeaks::~VerifyNoLeaks() {
  try {
    if (const auto text = Check(scope_, options_)) {
      internal::FailAt(testing::UnitTest::GetInstance()->current_test_info(), *text);
    }
  } catch (
      ...) {  // --gtest_throw_on_failure: the failure is recorded, and a destructor cannot throw
  }
}

bool internal::StatementCheck::Next() {
  if (pass_ == Pass::kNone) {
    pass_ = Pass::kStatement;
    return true;
  }
  if (pass_ == Pass::kFailure) return false;
  pass_ = Pass::kFailure;
  const auto text = Check(scope_, OptionsOfRun());
  if (!text) return false;
  failure_ = std::string("Expected: ") + statement_ + " leaves nothing alive.\n" + *text;
  return true;
}

}  // namespace taskleak::gtest
