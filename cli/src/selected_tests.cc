#include "selected_tests.h"

#include <utility>

namespace taskleak::cli {

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
                        child.environment.Get("TASKLEAK_OPTIONS") + " json='" + end.report + '\'');
  end.process = RunWatched(std::move(child), settings);
  return end;
}

}  // namespace taskleak::cli
