#include "run/last_resort.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

#include "linux/arch/futex.h"
#include "report/report_file.h"
#include "run/raw_report.h"

namespace taskleak::run {
namespace {

enum Phase : std::uint32_t { kIdle, kEnding, kReported, kPrinted, kStopped };

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

// Returns the processor time that a thread of this process has used, by the number that the kernel
// makes of it (include/linux/posix-timers_types.h, CPUCLOCK_PERTHREAD_MASK and CPUCLOCK_SCHED).
std::chrono::nanoseconds ProcessorTime(int tid) {
  const auto clock = static_cast<clockid_t>((~static_cast<unsigned>(tid) << 3) | 4U | 2U);
  timespec used{};
  if (syscall(SYS_clock_gettime, clock, &used) != 0) return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace

LastResort::LastResort(const std::string& json, std::chrono::milliseconds grace)
    : json_(json.empty() ? std::string() : report::ReportPath(json, getpid())),
      json_beside_(json.empty() ? std::string() : Beside(json_)),
      grace_(grace),
      phase_(kIdle),
      thread_("taskleak-last", [this] { Wait(); }) {}

LastResort::~LastResort() {
  phase_.store(kStopped);
  platform::FutexWake(phase_);
  thread_.Join();
}

void LastResort::EndSoon(std::chrono::milliseconds from_now) {
  extensions_.store(0);
  reporter_.store(gettid());
  reporter_ran_.store(ProcessorTime(gettid()).count());
  end_.store((Clock::now() + from_now + grace_).time_since_epoch().count());
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
    const Clock::rep end = end_.load();
    const auto left = Clock::duration(end) - Clock::now().time_since_epoch();
    if (phase != kIdle && left.count() <= 0) {
      if (phase != kEnding || !GetsMoreTime(end)) End();
      continue;
    }
    platform::FutexWait(phase_, phase, phase == kIdle ? std::chrono::nanoseconds(kForever) : left);
  }
}

// Returns true if the thread that makes the report has run for a part of the time until `end`; one
// that is stuck in a lock has not. A report that never ends is not waited for.
bool LastResort::GetsMoreTime(Clock::rep end) {
  constexpr int kMostExtensions = 5;
  constexpr int kLeastPart = 20;
  const std::chrono::nanoseconds ran = ProcessorTime(reporter_.load());
  if (ran - std::chrono::nanoseconds(reporter_ran_.load()) < grace_ / kLeastPart) return false;
  if (extensions_.fetch_add(1) >= kMostExtensions) return false;
  reporter_ran_.store(ran.count());
  // Unless EndSoon() was called in between.
  end_.compare_exchange_strong(end, (Clock::now() + grace_).time_since_epoch().count());
  return true;
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
