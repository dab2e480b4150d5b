#include "check/progress.h"

#include <algorithm>
#include <utility>

namespace taskleak::check {
namespace {

constexpr std::chrono::milliseconds kInterval{50};

}  // namespace

Progress::Progress(Clock::time_point needed) : next_(needed - 2 * kInterval) {}

bool Progress::Moved(const Sample& before, const Sample& after, Clock::duration between) {
  if (after.at.running)
    return true;  // or ready to run: on a busy machine it gets little of a processor
  const auto cpu = std::chrono::nanoseconds(after.run.cpu_ns - before.run.cpu_ns);
  if (cpu * 10 >= between) return true;
  const bool elsewhere = before.at.number != after.at.number || before.at.sp != after.at.sp ||
                         before.at.pc != after.at.pc;
  return before.run.switches != after.run.switches && elsewhere && !before.at.running;
}

void Progress::Observe(const Stragglers& stragglers, Clock::time_point now) {
  if (now < next_) return;
  std::map<platform::ThreadId, Sample> samples;
  for (const Straggler& straggler : stragglers) {
    const auto run = platform::ReadRunCount(straggler.id.tid);
    int error = 0;
    const auto at = platform::ReadBlockedAt(straggler.id.tid, &error);
    if (run) samples[straggler.id] = {*run, at.value_or(platform::BlockedAt())};
  }
  for (const auto& [id, before] : samples_) {
    const auto after = samples.find(id);
    if (after == samples.end() || Moved(before, after->second, now - sampled_)) evidence_ = now;
  }
  samples_ = std::move(samples);
  sampled_ = now;
  next_ = now + kInterval;
}

bool Progress::Recent(Clock::time_point now) const {
  return evidence_ != Clock::time_point{} && now - evidence_ <= 2 * kInterval;
}

}  // namespace taskleak::check
