// taskleak dump: shows the threads of a running process.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>

#include "check/checker.h"
#include "commands.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "report/json_report.h"
#include "report/subject_words.h"
#include "report/wording.h"
#include "run/find_leaks.h"
#include "terminal.h"

namespace taskleak::cli {
namespace {

struct DumpArguments {
  pid_t pid = 0;
  std::string format = "text";
  bool verbose = false;
};

LeakReport LookAt(pid_t pid, bool verbose) {
  Options options;
  options.verbose = verbose;
  options.hooks = false;
  options.report_known = {"all"};
  LeakReport report = run::LookAtAll(check::Checker(options));
  const auto stat = platform::ReadThreadStat(pid);
  report.test = fmt::format("process {} \"{}\"", pid, stat ? stat->name : "");
  for (LeakGroup& group : report.groups) {  // a dump reports no leaks
    group.hint.clear();
    group.ignore.clear();
  }
  for (const platform::Caveat caveat : platform::SubjectCaveats())
    report.notes.emplace_back(report::CaveatText(caveat));
  return report;
}

// Returns the number of coroutines that were found in memory.
std::size_t CountTasks(const LeakReport& report) {
  std::size_t count = 0;
  for (const LeakGroup& group : report.groups)
    count += group.first().kind == UnitKind::kTask ? group.units.size() : 0;
  return count;
}

// Returns the report's text under a headline without the word leak.
std::string Text(const LeakReport& report, bool verbose) {
  const std::string text = report.ToText(verbose);
  const std::size_t tasks = CountTasks(report);
  std::string units = report::Count(report.unit_count() - tasks, "thread");
  if (tasks > 0) units += ", " + report::Count(tasks, "task");
  return report::Printable(fmt::format("{}: {} in {}, {}", report.test, units,
                                       report::Count(report.groups.size(), "group"),
                                       report::Count(report.deadlocks.size(), "deadlock"))) +
         text.substr(std::min(text.find('\n'), text.size()));
}

ExitCode Dump(const DumpArguments& arguments) {
  if (arguments.pid == getpid()) {
    Complain({"this is the process of taskleak dump itself"});
    return kUsage;
  }
  if (const auto why = platform::LookAtProcess(arguments.pid)) {
    Complain({fmt::format("cannot look at process {}: {}", arguments.pid,
                          report::UnreachableText(*why))});
    return kCouldNotLook;
  }
  const LeakReport report = LookAt(arguments.pid, arguments.verbose);
  if (report.empty()) {
    Complain({fmt::format("cannot look at process {}: {}", arguments.pid,
                          report.could_not_look.empty() ? "it has ended" : report.could_not_look)});
    return kCouldNotLook;
  }
  return Write("-",
               arguments.format == "json" ? report::JsonDocument({report}, {{.name = report.test}})
                                          : TextFor("-", Text(report, arguments.verbose)),
               report.deadlocks.empty() ? kClean : kLeaks);
}

}  // namespace

void AddDumpCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<DumpArguments>();
  CLI::App* const command = app.add_subcommand(
      "dump", "Show the threads of a running process: stacks, what they wait for, deadlocks");
  command->add_option("PID", arguments->pid, "The process")->required()->check(CLI::PositiveNumber);
  command->add_option("-f,--format", arguments->format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}));
  command->add_flag("-v,--verbose", arguments->verbose, "Show every frame of every group");
  command->footer("Exit codes: 0 looked, 1 there is a deadlock, 3 could not look.");
  command->callback([arguments, exit_code] { *exit_code = Dump(*arguments); });
}

}  // namespace taskleak::cli
