#include "run/output.h"

#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include "base/mutex.h"

namespace taskleak::run {
namespace {

struct State {
  Mutex mutex;
  std::map<std::string, std::unique_ptr<report::ReportFile>> files TASKLEAK_GUARDED_BY(mutex);
  std::set<std::string> said TASKLEAK_GUARDED_BY(mutex);
};

State& TheState() {
  static State* const state = new State();
  return *state;
}

}  // namespace

void Print(const std::string& text, Color color) {
  const bool colored =
      color == Color::kAlways || (color == Color::kAuto && isatty(STDERR_FILENO) == 1);
  const std::size_t line = colored ? std::min(text.find('\n'), text.size()) : 0;
  std::string out = "taskleak: ";
  out += (colored ? "\033[1;31m" : "") + text.substr(0, line) + (colored ? "\033[0m" : "") +
         text.substr(line);
  if (out.back() != '\n') out += '\n';
  std::fwrite(out.data(), 1, out.size(), stderr);
}

report::ReportFile* JsonReport(const Options& options) {
  if (options.json.empty()) return nullptr;
  State& state = TheState();
  const MutexLock lock(state.mutex);
  auto& file = state.files[options.json];
  if (file == nullptr) file = std::make_unique<report::ReportFile>(options.json);
  return file.get();
}

void SayOnce(const std::string& error) {
  if (error.empty()) return;
  State& state = TheState();
  {
    const MutexLock lock(state.mutex);
    if (!state.said.insert(error).second) return;
  }
  std::fprintf(stderr, "taskleak: %s\n", error.c_str());
}

}  // namespace taskleak::run
