// `taskleak dump --core` on core files of real processes, which gdb and the kernel write.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "run_report.h"
#include "stuck.h"
#include "support/repetitions.h"
#include "support/run_program.h"

namespace taskleak::cli {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

// What a thread does, and in which functions of the program, innermost first.
struct Seen {
  std::string state;
  std::string waits_at;
  int holder = 0;
  std::vector<std::string> functions;

  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  out << seen.state << " at " << seen.waits_at << " held by " << seen.holder << " in";
  for (const std::string& each : seen.functions) out << ' ' << each;
  return out;
}

// Calls `visit` with each thread of a JSON report and its stack.
template <typename Visit>
void ForEachThread(const std::string& json, Visit visit) {
  const Json report = Json::parse(json);
  for (const Json& group : report["tests"][0]["groups"]) {
    if (group["kind"] != "thread") continue;
    auto unit = group["units"].begin();
    for (const Json& place : group["places"]) {
      for (int i = 0; i < place["count"].get<int>(); ++i) visit(*unit++, place["stack"]);
    }
  }
}

bool IsOfProgram(const Json& frame) {
  return frame["file"].get<std::string>().ends_with("stuck.cc");
}

std::map<int, Seen> ThreadsIn(const std::string& json) {
  std::map<int, Seen> threads;
  ForEachThread(json, [&](const Json& unit, const Json& stack) {
    Seen& seen = threads[unit["id"].get<int>()];
    seen.state = unit["state"];
    seen.waits_at = unit["waits_at"];
    if (unit["held_by"].is_object()) seen.holder = unit["held_by"]["id"];
    for (const Json& frame : stack) {
      if (IsOfProgram(frame)) seen.functions.push_back(frame["function"]);
    }
  });
  return threads;
}

bool HasGdb() { return RunProgram("gcore", {"-h"}).exit_code != 127; }

// A core that gdb writes of the process, which goes on.
std::string SaveCore(const Stuck& stuck, const TemporaryDirectory& folder) {
  const Outcome outcome = RunProgram("gcore", {"-o", folder.File("core"), stuck.pid()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  return folder.File("core." + stuck.pid());
}

Outcome DumpCore(const std::string& core, std::vector<std::string> options = {}) {
  options.insert(options.begin(), {"dump", "--core", core});
  return RunProgram(TASKLEAK_PROGRAM, options);
}

#define NEEDS_GDB() \
  if (!HasGdb()) GTEST_SKIP() << "gcore is not installed (package gdb)"

class CoreOf : public ::testing::TestWithParam<const char*> {};

TEST_P(CoreOf, AProcessShowsWhatADumpOfTheProcessShows) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const Stuck stuck(GetParam());
  const std::map<std::string, std::vector<std::string>> ready = {
      {"wait", {"\"waiter\"", "ReadNothing", "Spin()"}},
      {"deadlock", {"DEADLOCK"}},
      {"owner", {"ReadLocked", "2 threads \"cli_stuck\"  waiting for a mutex"}}};
  static_cast<void>(stuck.DumpUntil(ready.at(GetParam())));
  const Outcome live = stuck.DumpUntil({}, {"--format=json"});
  const Outcome core = DumpCore(SaveCore(stuck, folder), {"--format=json"});
  ASSERT_EQ(core.exit_code, live.exit_code) << core.err;
  EXPECT_EQ(ThreadsIn(core.out), ThreadsIn(live.out));
}

INSTANTIATE_TEST_SUITE_P(Programs, CoreOf, ::testing::Values("wait", "deadlock", "owner"),
                         [](const auto& of) { return std::string(of.param); });

TEST(CoreDump, NamesDeadlocksAndOwners) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const Stuck stuck("deadlock");
  static_cast<void>(stuck.DumpUntil({"DEADLOCK"}));
  const std::string core = SaveCore(stuck, folder);
  const Outcome outcome = DumpCore(core, {STUCK_PROGRAM});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("core file " + core + " of process " + stuck.pid() +
                              " \"cli_stuck\": 8 threads in 5 groups, 1 deadlock\n"),
                    HasSubstr("2 threads wait for each other"), HasSubstr("held by thread"),
                    HasSubstr("LockBoth("), HasSubstr("waiting to read: descriptor "),
                    Not(HasSubstr("not open")), Not(HasSubstr("note:"))));
}

// A core that the kernel writes when a program is aborted, and what a dump showed before.
struct KernelCore {
  std::string path;  // empty if the kernel writes none here
  Outcome live;
};

KernelCore SaveByKernel(const char* what, const std::string& ready,
                        const TemporaryDirectory& folder) {
  const std::string pattern = ReadFile("/proc/sys/kernel/core_pattern");
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  const rlimit most{limit.rlim_max, limit.rlim_max};
  if (pattern.starts_with("|") || pattern.find('/') != std::string::npos ||
      setrlimit(RLIMIT_CORE, &most) != 0)
    return {};
  const fs::path before = fs::current_path();
  fs::current_path(folder.File(""));
  Stuck stuck(what);
  fs::current_path(before);
  setrlimit(RLIMIT_CORE, &limit);
  static_cast<void>(stuck.DumpUntil({ready}));
  KernelCore core;
  core.live = stuck.DumpUntil({}, {"--format=json"});
  if (WCOREDUMP(stuck.EndBy(SIGABRT))) core.path = fs::directory_iterator(folder.File(""))->path();
  return core;
}

// The kernel leaves out what is in files; gdb saves more.
TEST(CoreDump, ReadsWhatTheKernelWrites) {
  const TemporaryDirectory folder;
  const KernelCore core = SaveByKernel("deadlock", "DEADLOCK", folder);
  if (core.path.empty()) GTEST_SKIP() << "the kernel writes no core file here";
  const Outcome outcome = DumpCore(core.path, {"--format=json"});
  ASSERT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_EQ(ThreadsIn(outcome.out), ThreadsIn(core.live.out));
  EXPECT_THAT(DumpCore(core.path).out,
              ContainsRegex("note: thread [0-9]+ received signal 6 \\(Aborted\\)"));
}

// gdb's frames in the program, as "Function:line".
std::map<int, std::vector<std::string>> StacksByGdb(const std::string& core) {
  const Outcome gdb =
      RunProgram("gdb", {"-batch", "-nx", "-ex", "set width 0", "-ex", "set print address off",
                         "-ex", "thread apply all bt", STUCK_PROGRAM, core});
  std::map<int, std::vector<std::string>> stacks;
  const std::regex thread("^Thread .*LWP ([0-9]+)\\)");
  const std::regex frame("^#[0-9]+ .*?([A-Za-z]+) \\(.*stuck\\.cc:([0-9]+)$");
  std::vector<std::string>* stack = nullptr;
  std::istringstream lines(gdb.out);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, thread)) stack = &stacks[std::stoi(match[1])];
    if (stack != nullptr && std::regex_search(line, match, frame))
      stack->push_back(match[1].str() + ":" + match[2].str());
  }
  return stacks;
}

std::map<int, std::vector<std::string>> StacksByTaskleak(const std::string& core) {
  std::map<int, std::vector<std::string>> stacks;
  const std::string json = DumpCore(core, {"--format=json"}).out;
  ForEachThread(json, [&](const Json& unit, const Json& stack) {
    std::vector<std::string>& frames = stacks[unit["id"].get<int>()];
    for (const Json& frame : stack) {
      if (!IsOfProgram(frame)) continue;
      std::string name = frame["function"];
      name.resize(std::min(name.size(), name.find('(', 1)));  // "(anonymous namespace)::F(int)"
      frames.push_back(name.substr(name.rfind(':') + 1) + ":" +
                       std::to_string(frame["line"].get<int>()));
    }
  });
  return stacks;
}

TEST(CoreDump, ShowsTheStacksThatGdbShows) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const Stuck stuck("deadlock");
  static_cast<void>(stuck.DumpUntil({"DEADLOCK"}));
  const std::string core = SaveCore(stuck, folder);
  const auto stacks = StacksByGdb(core);
  ASSERT_EQ(stacks.size(), 8U);
  EXPECT_EQ(StacksByTaskleak(core), stacks);
}

// The kernel writes the threads first, and then the memory.
TEST(CoreDump, ACoreThatWasCutOffShowsWhatIsLeft) {
  const TemporaryDirectory folder;
  const std::string core = SaveByKernel("wait", "\"waiter\"", folder).path;
  if (core.empty()) GTEST_SKIP() << "the kernel writes no core file here";
  int shown = 0;
  for (auto size = static_cast<off_t>(fs::file_size(core)) - 1; size > 0; size = size * 2 / 3) {
    ASSERT_EQ(truncate(core.c_str(), size), 0);
    const Outcome outcome = DumpCore(core);
    ASSERT_THAT(outcome.exit_code, AnyOf(0, 3)) << size << " bytes: signal " << outcome.signal;
    if (outcome.exit_code == 3) {
      EXPECT_THAT(outcome.err, AnyOf(HasSubstr("it has no threads"), HasSubstr("not an ELF core")));
      continue;
    }
    ++shown;
    EXPECT_THAT(outcome.out, HasSubstr("cut off: ")) << size;
  }
  EXPECT_GT(shown, 10);
}

// gdb writes the threads last.
TEST(CoreDump, SaysThatNoThreadsAreLeft) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const std::string core = SaveCore(Stuck("wait"), folder);
  ASSERT_EQ(truncate(core.c_str(), static_cast<off_t>(fs::file_size(core) / 2)), 0);
  const Outcome outcome = DumpCore(core);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("it has no threads: its notes are damaged or cut off"));
}

TEST(CoreDump, ADamagedCoreEndsNoDump) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const Stuck stuck("deadlock");
  static_cast<void>(stuck.DumpUntil({"DEADLOCK"}));
  const std::string core = SaveCore(stuck, folder);
  std::mt19937 random(1);
  std::fstream file(core, std::ios::in | std::ios::out | std::ios::binary);
  constexpr int kHeadersAndNotes = 40000;
  const int rounds = taskleak::testing::Repetitions(40);
  for (int round = 0; round < rounds; ++round) {
    for (int flips = 0; flips < 10; ++flips) {
      const auto at = static_cast<std::streamoff>(random() % kHeadersAndNotes);
      const int byte = file.seekg(at).get();
      file.seekp(at).put(static_cast<char>(byte ^ (1 << random() % 8)));
    }
    file.flush();
    const Outcome outcome = DumpCore(core);
    ASSERT_THAT(outcome.exit_code, AnyOf(0, 1, 3)) << "round " << round << ": " << outcome.signal;
    EXPECT_THAT(outcome.out + outcome.err, Not(IsEmpty()));
  }
}

TEST(CoreDump, AnotherProgramIsAnError) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const std::string core = SaveCore(Stuck("wait"), folder);
  const Outcome other = DumpCore(core, {TASKLEAK_PROGRAM});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_THAT(other.err, AllOf(HasSubstr(TASKLEAK_PROGRAM),
                               HasSubstr("is not the program that ran, which is " STUCK_PROGRAM)));
  const Outcome text = DumpCore(core, {"/etc/passwd"});
  EXPECT_EQ(text.exit_code, 3);
  EXPECT_THAT(text.err, HasSubstr("/etc/passwd is not a 64-bit program"));
  const Outcome none = DumpCore(core, {folder.File("none")});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("cannot be read: No such file"));
}

// Of a program that is gone since, as an older release is.
TEST(CoreDump, FindsFilesByTheirBuildIds) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const std::string program = folder.File("program");
  fs::copy_file(STUCK_PROGRAM, program);
  const Stuck stuck("wait", program);
  static_cast<void>(stuck.DumpUntil({"\"waiter\""}));
  const std::string core = SaveCore(stuck, folder);
  fs::remove(program);
  const std::string missing = DumpCore(core).out;
  EXPECT_THAT(missing, Not(HasSubstr("WaitForOrders")));
  std::smatch id;
  ASSERT_TRUE(std::regex_search(missing, id, std::regex("/program \\(build id (..)([0-9a-f]+)\\)")))
      << missing;
  const fs::path kept = folder.File(".build-id/" + id[1].str() + "/" + id[2].str());
  fs::create_directories(kept.parent_path());
  fs::copy_file(STUCK_PROGRAM, kept);
  EXPECT_THAT(DumpCore(core, {"--debug-dir", folder.File("")}).out,
              AllOf(HasSubstr("WaitForOrders"), Not(HasSubstr("note:"))));
}

// As from a container: nothing is where it was.
TEST(CoreDump, FindsFilesBelowASysroot) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const Stuck stuck("wait");
  static_cast<void>(stuck.DumpUntil({"\"waiter\""}));
  const std::string core = SaveCore(stuck, folder);
  const std::string root = folder.File("root");
  EXPECT_THAT(DumpCore(core, {"--sysroot", root}).out,
              AllOf(Not(HasSubstr("Spin()")), HasSubstr("note: not found"), HasSubstr("/cli_stuck"),
                    HasSubstr("--sysroot")));
  fs::create_directories(fs::path(root + STUCK_PROGRAM).parent_path());
  fs::copy_file(STUCK_PROGRAM, root + STUCK_PROGRAM);
  EXPECT_THAT(DumpCore(core, {"--sysroot", root}).out, HasSubstr("Spin()"));
  fs::remove(root + STUCK_PROGRAM);
  fs::copy_file(TASKLEAK_PROGRAM, root + STUCK_PROGRAM);
  EXPECT_THAT(DumpCore(core, {"--sysroot", root}).out,
              AllOf(Not(HasSubstr("Spin()")), HasSubstr("note: a different build is at its path")));
}

TEST(CoreDump, SaysWhatIsNotACore) {
  const TemporaryDirectory folder;
  const auto write = [&folder](const std::string& name, const std::string& content) {
    std::ofstream(folder.File(name), std::ios::binary) << content;
    return folder.File(name);
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {folder.File("none"), "No such file"},
      {folder.File(""), "not a regular file"},
      {write("empty", ""), "it is empty"},
      {write("text", "some words that are longer than a header of an ELF file, which has 64 bytes"),
       "not an ELF core file"},
      {write("packed", "\x28\xb5\x2f\xfd with zstd"), "decompress it first (zstd -d)"},
      {STUCK_PROGRAM, "an ELF file, but not a core file"}};
  for (const auto& [path, why] : cases) {
    const Outcome outcome = DumpCore(path);
    EXPECT_EQ(outcome.exit_code, 3) << path;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("cannot look at core file " + path), HasSubstr(why)));
  }
  EXPECT_EQ(RunProgram(TASKLEAK_PROGRAM, {"dump", "--sysroot=/", "1"}).exit_code, 2);
}

TEST(CoreDump, ShowsRegisteredTasks) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const Stuck program("wait", TASK_PROGRAM);
  static_cast<void>(program.DumpUntil({"running job"}));
  EXPECT_THAT(
      DumpCore(SaveCore(program, folder)).out,
      AllOf(HasSubstr(": 2 threads, 3 tasks in"), HasSubstr("1 task \"queued job\""),
            HasSubstr("MakeJob()"), HasSubstr("for the reply of 10.0.0.1"),
            HasSubstr("1 task \"running job\""), HasSubstr("RunJob("), Not(HasSubstr(" ago"))));
}

#ifdef COROUTINE_PROGRAM
TEST(CoreDump, CoroutinesAreShownAsUnverified) {
  NEEDS_GDB();
  const TemporaryDirectory folder;
  const Stuck program("wait", COROUTINE_PROGRAM);
  static_cast<void>(program.DumpUntil({"WaitForEver"}));
  EXPECT_THAT(DumpCore(SaveCore(program, folder)).out,
              AllOf(HasSubstr("1 task \"(anonymous namespace)::WaitForEver\""),
                    HasSubstr("unverified"), HasSubstr("coroutine.cc:")));
}
#endif

}  // namespace
}  // namespace taskleak::cli
