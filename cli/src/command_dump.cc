// taskleak dump: shows the threads of a running process, or of one that a core file shows.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "check/checker.h"
#include "commands.h"
#include "linux/corefile/core_image.h"
#include "linux/proc/subject.h"
#include "linux/proc/thread_info.h"
#include "registry/other_tasks.h"
#include "report/core_words.h"
#include "report/json_report.h"
#include "report/subject_words.h"
#include "report/wording.h"
#include "run/find_leaks.h"
#include "terminal.h"

namespace taskleak::cli {
namespace {

struct DumpArguments {
  std::string target;  // the process; with a core file, the program
  std::string core;
  platform::ModuleSearch search;
  std::string format = "text";
  bool verbose = false;
};

// Describes in words what is looked at.
struct Subject {
  std::string name;                // "process 7"
  std::vector<std::string> notes;  // on what may mislead, and on what is missing
};

LeakReport LookAt(const Subject& subject, bool verbose) {
  Options options;
  options.verbose = verbose;
  options.hooks = false;
  options.report_known = {"all"};
  LeakReport report = run::LookAtAll(check::Checker(options));
  const auto stat = platform::ReadThreadStat(platform::SubjectPid());
  report.test = fmt::format("{} \"{}\"", subject.name, stat ? stat->name : "");
  if (report.verdict == Verdict::kLeak) report.verdict = Verdict::kAlive;
  for (LeakGroup& group : report.groups) {  // a dump reports no leaks
    group.hint.clear();
    group.ignore.clear();
  }
  report.notes.insert(report.notes.end(), subject.notes.begin(), subject.notes.end());
  if (const std::string version = registry::OtherTaskVersion(); !version.empty())
    report.notes.push_back(fmt::format(
        "its registered tasks are not shown, because it uses taskleak {} and this program is {}",
        version, TASKLEAK_VERSION));
  return report;
}

// Returns the number of tasks and coroutines.
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

// Says why there is nothing to look at.
ExitCode CannotLook(const std::string& name, const std::string& why) {
  Complain({fmt::format("cannot look at {}: {}", name, why)});
  return kCouldNotLook;
}

std::string Formatted(const LeakReport& report, const DumpArguments& arguments) {
  if (arguments.format == "json") return report::JsonDocument({report}, {{.name = report.test}});
  return TextFor("-", Text(report, arguments.verbose));
}

ExitCode Show(const Subject& subject, const DumpArguments& arguments) {
  const LeakReport report = LookAt(subject, arguments.verbose);
  if (report.empty())
    return CannotLook(subject.name,
                      report.could_not_look.empty() ? "it has ended" : report.could_not_look);
  return Write("-", Formatted(report, arguments), report.deadlocks.empty() ? kClean : kLeaks);
}

ExitCode DumpProcess(const DumpArguments& arguments) {
  pid_t pid = 0;
  const char* const end = arguments.target.data() + arguments.target.size();
  const auto [rest, bad] = std::from_chars(arguments.target.data(), end, pid);
  if (bad != std::errc() || rest != end || pid <= 0) {
    Complain(
        {fmt::format("PID \"{}\" is not the number of a process; for a core file: taskleak "
                     "dump --core FILE [PROGRAM]",
                     arguments.target)});
    return kUsage;
  }
  if (pid == getpid()) {
    Complain({"this is the process of taskleak dump itself"});
    return kUsage;
  }
  Subject subject{.name = fmt::format("process {}", pid), .notes = {}};
  if (const auto why = platform::LookAtProcess(pid))
    return CannotLook(subject.name, report::UnreachableText(*why));
  for (const platform::Caveat caveat : platform::SubjectCaveats())
    subject.notes.emplace_back(report::CaveatText(caveat));
  return Show(subject, arguments);
}

ExitCode DumpCore(const DumpArguments& arguments) {
  platform::ModuleSearch search = arguments.search;
  search.program = arguments.target;
  std::string name = "core file " + arguments.core;
  auto opened = platform::OpenCore(arguments.core, search);
  if (const auto* const why = std::get_if<platform::UnreadableCore>(&opened))
    return CannotLook(name, report::UnreadableText(*why));
  auto& image = std::get<std::unique_ptr<platform::CoreImage>>(opened);
  const Subject subject{.name = fmt::format("{} of process {}", name, image->pid()),
                        .notes = report::CoreTexts(*image)};
  platform::LookAtImage(std::move(image));
  return Show(subject, arguments);
}

}  // namespace

void AddDumpCommand(CLI::App& app, ExitCode* exit_code) {
  auto arguments = std::make_shared<DumpArguments>();
  CLI::App* const command = app.add_subcommand(
      "dump",
      "Show the threads of a running process, or of a core file: stacks, what they wait for, "
      "deadlocks");
  CLI::Option* const target = command->add_option("PID", arguments->target,
                                                  "The process; with --core, the program that ran");
  CLI::Option* const core =
      command->add_option("--core", arguments->core, "Look at a core file instead of a process");
  command
      ->add_option("--sysroot", arguments->search.sysroot,
                   "The folder in which paths of the core file begin, such as a container's root")
      ->needs(core);
  command
      ->add_option("--debug-dir", arguments->search.debug_dirs,
                   "A folder with programs, libraries and debug information below .build-id/; may "
                   "be repeated")
      ->needs(core)
      ->allow_extra_args(false);
  command->add_option("-f,--format", arguments->format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}));
  command->add_flag("-v,--verbose", arguments->verbose, "Show every frame of every group");
  command->footer("Exit codes: 0 looked, 1 there is a deadlock, 3 could not look.");
  command->callback([arguments, target, exit_code] {
    if (arguments->core.empty() && target->empty())
      throw CLI::RequiredError("PID, or --core FILE [PROGRAM],");
    *exit_code = arguments->core.empty() ? DumpProcess(*arguments) : DumpCore(*arguments);
  });
}

}  // namespace taskleak::cli
