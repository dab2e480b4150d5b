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
  const auto caveats = platform::SubjectCaveats();
  report.notes.insert(report.notes.end(), caveats.begin(), caveats.end());
  return report;
}

// Returns the report's text under a headline without the word leak.
std::string Text(const LeakReport& report, bool verbose) {
  const std::string text = report.ToText(verbose);
  return report::Printable(fmt::format("{}: {} in {}, {}", report.test,
                                       report::Count(report.unit_count(), "thread"),
                                       report::Count(report.groups.size(), "group"),
                                       report::Count(report.deadlocks.size(), "deadlock"))) +
         text.substr(std::min(text.find('\n'), text.size()));
}

ExitCode Dump(const DumpArguments& arguments) {
  if (arguments.pid == getpid()) {
    Complain({"this is the process of taskleak dump itself"});
    return kUsage;
  }
  if (const std::string why = platform::LookAtProcess(arguments.pid); !why.empty()) {
    Complain({fmt::format("cannot look at process {}: {}", arguments.pid, why)});
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
