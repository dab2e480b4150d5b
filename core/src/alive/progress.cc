#include "alive/progress.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/overloaded.h"

namespace taskleak::alive {
namespace {

constexpr std::chrono::milliseconds kInterval{50};
constexpr std::chrono::milliseconds kShortestMemory{100};

// Returns how many looks an idle machine leaves time for.
std::int64_t LooksNeeded(Progress::Clock::duration drain, Progress::Clock::duration memory) {
  return std::max<std::int64_t>(std::min(drain, memory) / kInterval - 1, 0);
}

}  // namespace

Progress::Progress(Clock::time_point start, Clock::duration drain)
    : memory_(std::max<Clock::duration>(drain / 4, kShortestMemory)),
      looks_needed_(LooksNeeded(drain, memory_)),
      next_(start + drain - memory_) {}

bool Progress::Moved(const Sample& before_sample, const Sample& after_sample,
                     Clock::duration between) {
  if (before_sample.thread != after_sample.thread || before_sample.place != after_sample.place)
    return true;
  if (after_sample.thread == 0) return false;
  const platform::Position& before = before_sample.position;
  const platform::Position& after = after_sample.position;
  if (after.at.running)
    return true;  // or ready to run: on a busy machine it may get little processor time
  const auto cpu = std::chrono::nanoseconds(after.run.cpu_ns - before.run.cpu_ns);
  if (cpu * 10 >= between) return true;
  const bool elsewhere = before.at.number != after.at.number || before.at.sp != after.at.sp ||
                         before.at.pc != after.at.pc;
  return before.run.switches != after.run.switches && elsewhere && !before.at.running;
}

std::optional<Progress::Sample> Progress::SampleOf(int tid) {
  const auto run = platform::ReadRunCount(tid);
  const auto at = platform::ReadBlockedAt(tid);
  if (!run) return std::nullopt;
  return Sample{.position = {.at = at.value_or(platform::BlockedAt()), .run = *run}, .thread = tid};
}

// Returns nothing for a thread that has ended.
std::optional<Progress::Sample> Progress::SampleOf(const Straggler& straggler) {
  using Optional = std::optional<Sample>;
  return std::visit(
      Overloaded{[](const LiveThread& thread) { return SampleOf(thread.id.tid); },
                 [](const UnjoinedThread&) { return Optional(); },
                 [](const LiveTask& task) {
                   Sample sample =
                       task.thread == 0 ? Sample() : SampleOf(task.thread).value_or(Sample());
                   sample.place = task.place;
                   return Optional(sample);
                 },
                 [](const platform::ChildProcess& child) {
                   return Optional({.place = child.stat.cpu_ticks * 128 +
                                             static_cast<unsigned char>(child.stat.state)});
                 }},
      straggler);
}

void Progress::Observe(const Stragglers& stragglers, Clock::time_point now) {
  if (now < next_) return;
  std::map<UnitKey, Sample> samples;
  for (const Straggler& straggler : stragglers) {
    if (const auto sample = SampleOf(straggler)) samples[KeyOf(straggler)] = *sample;
  }
  if (sampled_ != Clock::time_point{}) Compare(samples, now);
  samples_ = std::move(samples);
  sampled_ = now;
  next_ = now + kInterval;
}

void Progress::Compare(const std::map<UnitKey, Sample>& samples, Clock::time_point now) {
  ++looks_;
  bool evidence = false;
  for (const auto& [id, before] : samples_) {
    const auto after = samples.find(id);
    evidence |= after == samples.end() || Moved(before, after->second, now - sampled_);
  }
  for (const auto& [id, sample] : samples) evidence |= !samples_.contains(id);
  if (!evidence) return;
  evidence_ = now;
  looks_ = 0;
}

bool Progress::Recent(Clock::time_point now) const {
  if (looks_ < looks_needed_) return true;
  return evidence_ != Clock::time_point{} && now - evidence_ <= memory_;
}

}  // namespace taskleak::alive
