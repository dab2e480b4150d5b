// The cost of many rules and many groups: 2,000 lines of a suppression file, and 1,000 units with
// stacks of 20 frames. No line hides a unit, so every line is compared.
#include <benchmark/benchmark.h>

#include <unistd.h>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "rules/ignore_set.h"
#include "rules/suppression_round.h"

namespace taskleak::rules {
namespace {

constexpr std::size_t kRules = 2000;
constexpr std::size_t kGroups = 1000;

// Half of the lines are rules that reports propose, and the other half are patterns. As in a
// baseline, every second line has a limit.
std::string Line(std::size_t i) {
  const std::string n = std::to_string(i);
  const std::string end = i % 2 == 0 ? " max=4 test=Pool.*\n" : "\n";
  switch (i % 10) {
    case 0:
      return "thread_name:worker-" + n + end;
    case 1:
      return "created_by:pool::Pool" + n + "::Start" + end;
    case 2:
      return "signature:0123456789" + n + end;
    case 3:
      return "function:net::Server" + n + "::Run" + end;
    case 4:
      return "top_function:net::Poller" + n + "::Wait" + end;
    case 5:
      return "thread_name:io-" + n + "-*" + end;
    case 6:
      return "function:vendor" + n + "::*" + end;
    case 7:
      return "function:*::Session" + n + "::*" + end;
    case 8:
      return "created_by:legacy" + n + "::*::Start" + end;
    default:
      return "module:libvendor" + n + ".so*" + end;
  }
}

Frame MakeFrame(std::string function, bool runtime) {
  Frame frame;
  frame.function = std::move(function);
  frame.module = runtime ? "libc.so.6" : "pool_test";
  frame.runtime = runtime;
  return frame;
}

symbolize::ResolvedStack MakeStack(std::size_t group, std::size_t depth) {
  std::vector<Frame> frames;
  symbolize::ResolvedStack stack;
  for (std::size_t i = 0; i < depth; ++i) {
    const bool runtime = i < 3 || i + 3 > depth;
    const std::string name = runtime ? "std::__system_function_" + std::to_string(i)
                                     : "project::module" + std::to_string(group % 50) + "::Class" +
                                           std::to_string(group + i) + "::DoSomething";
    stack.plain_names.push_back(name);
    frames.push_back(MakeFrame(name + "(int, std::string const&)", runtime));
  }
  stack.stack = Stack(std::move(frames));
  return stack;
}

/// Units and the stacks they point to.
struct Units {
  Units() {
    for (std::size_t i = 0; i < kGroups; ++i) {
      Unit& unit = units.emplace_back();
      unit.id = static_cast<std::int64_t>(i + 1);
      unit.name = "thread-" + std::to_string(i % 100);
      views.push_back({.unit = unit,
                       .stack = stacks.emplace_back(MakeStack(i, 20)),
                       .created_by = stacks.emplace_back(MakeStack(i, 10)),
                       .signature = signatures.emplace_back("ffff" + std::to_string(i))});
    }
  }
  std::deque<Unit> units;
  std::deque<symbolize::ResolvedStack> stacks;
  std::deque<std::string> signatures;
  std::vector<UnitView> views;
};

std::string WriteFile() {
  std::string path =
      (std::filesystem::temp_directory_path() / ("rules-" + std::to_string(getpid()))).string();
  std::ofstream file(path);
  for (std::size_t i = 0; i < kRules; ++i) file << Line(i);
  return path;
}

void MatchSuppressions(benchmark::State& state) {
  Options options;
  options.suppressions = {WriteFile()};
  const IgnoreSet ignore(options);
  std::filesystem::remove(options.suppressions.front());
  const Units units;
  std::size_t hidden = 0;
  for (auto _ : state) {
    SuppressionRound round(ignore.file_rules(), "Pool.Restarts");
    for (const UnitView& view : units.views) {
      if (ignore.MatchesUnit(view)) ++hidden;
      round.Add(view);
    }
    for (const UnitView& view : units.views) {
      if (round.Hides(view.unit.kind, view.unit.id)) ++hidden;
    }
  }
  if (hidden > 0) state.SkipWithError("a rule matches");
}
BENCHMARK(MatchSuppressions)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace taskleak::rules
