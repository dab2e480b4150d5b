#include "watched_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "outside_watch.h"
#include "preloadable.h"
#include "run_record.h"

namespace taskleak::cli {
namespace {

/// The file to which the preload library writes its records. It is removed at the end.
class Records {
 public:
  Records() : path_((std::filesystem::temp_directory_path() / "taskleak-run-XXXXXX").string()) {
    file_ = mkostemp(path_.data(), O_CLOEXEC);
    if (file_ < 0) throw std::runtime_error("cannot write to the folder for temporary files");
  }
  ~Records() {
    close(file_);
    unlink(path_.c_str());
  }
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::vector<RunRecord> Read() const {
    std::vector<RunRecord> records;
    RunRecord record{};
    lseek(file_, 0, SEEK_SET);
    while (read(file_, &record, sizeof(record)) == sizeof(record)) records.push_back(record);
    return records;
  }

 private:
  std::string path_;
  int file_ = -1;
};

// Returns the path of the preload library. In a build folder it is beside the program, and after
// installation in the library folder.
std::string FindPreloadLibrary() {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const std::filesystem::path& candidate :
       {folder / TASKLEAK_PRELOAD_NAME, folder / TASKLEAK_PRELOAD_INSTALLED}) {
    if (std::filesystem::exists(candidate, error)) return candidate.lexically_normal().string();
  }
  throw std::runtime_error(TASKLEAK_PRELOAD_NAME " is missing beside this program");
}

// Adds a part to a variable with parts that are separated by colons.
void AddPart(const char* name, const std::string& part, bool in_front, Environment& environment) {
  const std::string rest = environment.Get(name);
  const std::string first = in_front ? part : rest;
  const std::string second = in_front ? rest : part;
  environment.Set(name, first + (rest.empty() ? "" : ":") + second);
}

void SetEnvironment(const WatchSettings& settings, const std::string& records,
                    Environment& environment) {
  AddPart("LD_PRELOAD", FindPreloadLibrary(), /*in_front=*/true, environment);
  // AddressSanitizer's library checks that it is the first one, which is not necessary.
  AddPart("ASAN_OPTIONS", "verify_asan_link_order=0", /*in_front=*/false, environment);
  environment.Set(kRecordsVariable, records);
  environment.Set(kAtVariable, settings.at);
  environment.Set(kFollowVariable, settings.follow ? "1" : "0");
  environment.Set(kTestVariable, settings.test);
}

// Returns the name that the preloaded library uses for the program.
std::string NameOf(const Child& child, const WatchSettings& settings) {
  if (!settings.test.empty()) return settings.test;
  std::string name = std::filesystem::path(child.command.front()).filename().string();
  for (auto argument = child.command.begin() + 1; argument != child.command.end(); ++argument)
    name += ' ' + *argument;
  return name;
}

}  // namespace

int WatchedEnd::verdict() const {
  if (hung) return kHang;
  if (code != 0) return code;
  return leaks ? kLeaks : looked ? kClean : kCouldNotLook;
}

const char* WatchedEnd::why_not_looked() const {
  return loaded ? "the program ended without exit(): nothing was looked at"
                : "the program did not load taskleak's library: nothing was looked at";
}

std::string CheckWatchable(const std::vector<std::string>& command) {
  std::string program = FindProgram(command.front());
  if (program.empty()) throw std::runtime_error(command.front() + ": no such program");
  if (const std::string why = WhyNotPreloadable(program); !why.empty())
    throw std::runtime_error(fmt::format("cannot watch {}: {}", program, why));
  return program;
}

WatchedEnd RunWatched(Child child, const WatchSettings& settings) {
  CheckWatchable(child.command);
  const Records records;
  SetEnvironment(settings, records.path(), child.environment);
  const pid_t pid = StartChild(child);
  const std::optional<ChildEnd> ended =
      settings.hang.count() == 0
          ? AwaitChild(pid)
          : AwaitUnlessItHangs(pid, {settings.hang, NameOf(child, settings)});
  WatchedEnd end;
  end.hung = !ended;
  if (end.hung) return end;
  end.code = ended->code;
  for (const RunRecord& record : records.Read()) {
    end.leaks = end.leaks || record.event == RunEvent::kLeaks;
    end.has_plugin = end.has_plugin || record.event == RunEvent::kChecksItself;
    // Unless other processes are followed, the first process must have looked itself. A shell ends
    // by _exit(2), so only the programs that it starts look.
    if (record.pid != pid && !settings.follow) continue;
    end.loaded = true;
    end.looked = end.looked || record.event != RunEvent::kLoaded;
  }
  return end;
}

}  // namespace taskleak::cli
