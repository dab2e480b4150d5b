#include "run/last_resort.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "linux/proc/clock.h"
#include "run/futex.h"
#include "run/raw_report.h"

namespace taskleak::run {
namespace {

enum Phase : std::uint32_t { kIdle, kEnding, kReported, kStopped };

// How long the full report may take before this one steps in.
constexpr std::chrono::seconds kGrace{10};
constexpr std::chrono::hours kForever{24};

}  // namespace

LastResort::LastResort() : phase_(kIdle), thread_("taskleak-last", [this] { Wait(); }) {}

LastResort::~LastResort() {
  phase_.store(kStopped);
  FutexWake(phase_);
  thread_.Join();
}

void LastResort::SetScope(std::string_view scope, std::string_view phase) {
  std::size_t size = 0;
  for (const std::string_view part : {scope, std::string_view(phase.empty() ? "" : ": "), phase}) {
    const std::size_t taken = std::min(part.size(), name_.size() - 1 - size);
    std::copy_n(part.data(), taken, name_.data() + size);
    size += taken;
  }
  name_[size] = '\0';
}

void LastResort::EndSoon() {
  phase_.store(kEnding);
  FutexWake(phase_);
}

void LastResort::Reported() { phase_.store(kReported); }

void LastResort::Wait() {
  while (phase_.load() == kIdle) FutexWait(phase_, kIdle, kForever);
  if (phase_.load() == kStopped) return;
  const auto end = platform::Clock::now() + kGrace;
  for (auto now = end - kGrace; now < end; now = platform::Clock::now())
    FutexWait(phase_, phase_.load(), end - now);
  if (phase_.load() == kEnding) WriteRawReport(STDERR_FILENO, name_.data());
  _exit(EXIT_FAILURE);
}

}  // namespace taskleak::run
