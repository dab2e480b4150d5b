#include "check/progress.h"

#include <algorithm>
#include <utility>

namespace taskleak::check {
namespace {

constexpr std::chrono::milliseconds kInterval{50};

}  // namespace

Progress::Progress(Clock::time_point needed, Clock::duration memory)
    : memory_(memory), next_(needed - memory) {}

bool Progress::Moved(const Sample& before, const Sample& after, Clock::duration between) {
  if (before.thread != after.thread || before.task_place != after.task_place) return true;
  if (after.thread == 0) return false;
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
  std::map<Straggler::Key, Sample> samples;
  for (const Straggler& straggler : stragglers) {
    Sample sample;
    sample.thread = straggler.task == 0 ? straggler.id.tid : straggler.runs_in;
    sample.task_place = straggler.task_place;
    if (sample.thread != 0) {
      const auto run = platform::ReadRunCount(sample.thread);
      int error = 0;
      const auto at = platform::ReadBlockedAt(sample.thread, &error);
      if (!run && straggler.task == 0) continue;
      sample.run = run.value_or(platform::RunCount());
      sample.at = at.value_or(platform::BlockedAt());
    }
    samples[straggler.key()] = sample;
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
  return evidence_ != Clock::time_point{} && now - evidence_ <= memory_;
}

}  // namespace taskleak::check
