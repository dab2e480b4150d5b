#include "run/last_resort.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "linux/arch/futex.h"
#include "report/report_file.h"
#include "run/raw_report.h"

namespace taskleak::run {
namespace {

enum Phase : std::uint32_t { kIdle, kEnding, kReported, kPrinted, kStopped };

// How long the full report may take before this one steps in.
constexpr std::chrono::seconds kGrace{10};
constexpr std::chrono::hours kForever{24};

// "leaks.hang.json" beside "leaks.json"
std::string Beside(const std::string& path) {
  constexpr std::string_view kEnding = ".json";
  const std::string_view base = std::string_view(path).substr(
      0, path.size() - (path.ends_with(kEnding) ? kEnding.size() : 0));
  return std::string(base) + ".hang.json";
}

// Makes a file that is not there yet. Returns -1 if it is, or cannot be made.
int Make(const std::string& path) {
  constexpr mode_t kReadableByAll = 0644;
  return open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kReadableByAll);
}

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

LastResort::LastResort(const std::string& json)
    : json_(json.empty() ? std::string() : report::ReportPath(json, getpid())),
      json_beside_(json.empty() ? std::string() : Beside(json_)),
      phase_(kIdle),
      thread_("taskleak-last", [this] { Wait(); }) {}

LastResort::~LastResort() {
  phase_.store(kStopped);
  platform::FutexWake(phase_);
  thread_.Join();
}

void LastResort::EndSoon(std::chrono::milliseconds from_now) {
  end_.store((Clock::now() + from_now + kGrace).time_since_epoch().count());
  phase_.store(kEnding);
  platform::FutexWake(phase_);
}

void LastResort::NotYet() { phase_.store(kIdle); }

void LastResort::Reported(const std::string& text) {
  text_size_.store(text.size());
  text_.store(text.data());
  phase_.store(kReported);
}

void LastResort::Printed() { phase_.store(kPrinted); }

void LastResort::Wait() {
  for (;;) {
    const std::uint32_t phase = phase_.load();
    if (phase == kStopped) return;
    const auto left = Clock::duration(end_.load()) - Clock::now().time_since_epoch();
    if (phase != kIdle && left.count() <= 0) End();
    platform::FutexWait(phase_, phase, phase == kIdle ? std::chrono::nanoseconds(kForever) : left);
  }
}

void LastResort::End() {
  if (phase_.load() == kReported) {
    WriteAll(STDERR_FILENO, "taskleak: ");
    WriteAll(STDERR_FILENO, {text_.load(), text_size_.load()});
  } else if (phase_.load() == kEnding) {
    const char* const scope = scope_.Take();
    WriteRawReport(STDERR_FILENO, scope);
    int json = json_.empty() ? -1 : Make(json_);
    if (json < 0 && !json_.empty()) json = Make(json_beside_);
    if (json >= 0) WriteRawJson(json, scope);
  }
  _exit(EXIT_FAILURE);
}

}  // namespace taskleak::run
