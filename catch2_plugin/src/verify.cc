#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "framework.h"
#include "listener.h"
#include "taskleak/catch2.h"
#include "taskleak/internal/code_options.h"
#include "taskleak/leak_scope.h"

namespace taskleak::catch2 {
namespace {

/// Checks a scope of the current test case; bad options are its failure.
std::optional<std::string> Check(LeakScope& scope, const Options& options) {
  try {
    return scope.Check(internal::CurrentTestName(), options);
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
    if (const auto text = Check(scope_, options_)) internal::FailCurrentTest(*text);
  } catch (...) {  // out of memory: nothing can be said
  }
}

bool internal::StatementCheck::Next() {
  if (!std::exchange(ran_, true)) return true;
  const auto text = Check(scope_, OptionsOfRun());
  if (!text) return false;
  Catch::AssertionHandler assertion(macro_, Catch::SourceLineInfo(file_, line_), statement_,
                                    on_failure_ == OnFailure::kThrow
                                        ? Catch::ResultDisposition::Normal
                                        : Catch::ResultDisposition::ContinueOnFailure);
  assertion.handleMessage(Catch::ResultWas::ExplicitFailure, std::string(*text));
  assertion.complete();
  return false;
}

}  // namespace taskleak::catch2
