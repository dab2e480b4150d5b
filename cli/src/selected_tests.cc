#include "selected_tests.h"

#include <utility>

namespace taskleak::cli {
namespace {

// Returns a value of TASKLEAK_OPTIONS in quotes of the kind that it does not contain.
std::string Quoted(const std::string& value) {
  const char quote = value.find('\'') == std::string::npos ? '\'' : '"';
  return quote + value + quote;
}

}  // namespace

TestsEnd RunTests(const TestProgram& program, const std::vector<std::string>& tests,
                  const WatchSettings& settings, const std::string& stem) {
  TestsEnd end{.command = program.CommandFor(tests, stem + ".tests"),
               .process = {},
               .report = stem + ".json",
               .output = stem + ".out"};
  Child child{.command = end.command,
              .output = end.output,
              .errors = end.output,
              .standard_input = "/dev/null"};
  // The selection is complete, so no part of it belongs to another shard.
  child.environment.Remove("GTEST_TOTAL_SHARDS");
  child.environment.Remove("GTEST_SHARD_INDEX");
  child.environment.Set("TASKLEAK_OPTIONS",
                        child.environment.Get("TASKLEAK_OPTIONS") + " json=" + Quoted(end.report));
  end.process = RunWatched(std::move(child), settings);
  return end;
}

}  // namespace taskleak::cli
