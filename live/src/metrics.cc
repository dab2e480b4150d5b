#include "taskleak/live/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

#include "suspicions.h"
#include "taskleak/census.h"
#include "wording.h"

namespace taskleak::live {
namespace {

using Sample = Metric::Sample;

Metric Gauge(std::string name, std::string help) {
  return {Metric::Type::kGauge, std::move(name), std::move(help), {}};
}

Metric Single(Metric::Type type, std::string name, std::string help, std::uint64_t value) {
  return {type, std::move(name), std::move(help), {{{}, static_cast<double>(value)}}};
}

// Returns the most frequent creators of each kind, and one sum for the rest.
std::vector<Census::SiteCount> Bounded(const Census& census, std::size_t most_sites) {
  std::vector<Census::SiteCount> sites;
  std::map<UnitKind, std::size_t> shown;
  std::map<UnitKind, Census::SiteCount> other;
  for (Census::SiteCount site : census.sites) {
    if (site.site.empty()) site.site = "(unknown)";
    if (shown[site.kind]++ < most_sites) {
      sites.push_back(std::move(site));
      continue;
    }
    Census::SiteCount& rest = other[site.kind];
    rest.kind = site.kind;
    rest.site = "(other)";
    rest.count += site.count;
    rest.oldest = std::max(rest.oldest, site.oldest);
  }
  for (auto& [kind, rest] : other) sites.push_back(std::move(rest));
  return sites;
}

void AddSites(const Census& census, std::size_t most_sites, std::vector<Metric>& metrics) {
  Metric count =
      Gauge("taskleak_units_by_site", "Alive, by the function and line that created them.");
  Metric oldest = Gauge("taskleak_oldest_age_seconds", "Age of the oldest that a line created.");
  for (const Census::SiteCount& site : Bounded(census, most_sites)) {
    const std::vector<std::pair<std::string, std::string>> labels = {
        {"kind", std::string(ToString(site.kind))},
        {"site", OneLine(site.site)},
        {"line", OneLine(site.line)}};
    count.samples.push_back({labels, static_cast<double>(site.count)});
    oldest.samples.push_back({labels, std::chrono::duration<double>(site.oldest).count()});
  }
  metrics.push_back(std::move(count));
  metrics.push_back(std::move(oldest));
}

void AddStates(const Census& census, std::vector<Metric>& metrics) {
  Metric metric = Gauge("taskleak_units_by_state", "Alive, by what they wait for.");
  for (const Census::StateCount& each : census.states) {
    metric.samples.push_back(
        {{{"kind", std::string(ToString(each.kind))}, {"state", std::string(ToString(each.state))}},
         static_cast<double>(each.count)});
  }
  metrics.push_back(std::move(metric));
}

void AddSuspected(const Census& census, std::vector<Metric>& metrics) {
  Metric metric = Gauge("taskleak_suspected_leaks", "Units that are probably leaks, by reason.");
  metric.samples.push_back({{{"reason", "unjoined"}}, static_cast<double>(census.unjoined)});
  for (const auto& [reason, units] : Suspected())
    metric.samples.push_back({{{"reason", reason}}, static_cast<double>(units)});
  metrics.push_back(std::move(metric));
}

// Adds a sample for each reason, so that an alert can wait for a change from 0.
void AddStuck(std::vector<Metric>& metrics) {
  const auto counts = Stuck();
  if (!counts) return;
  Metric metric =
      Gauge("taskleak_stuck_units", "Threads and tasks that cannot continue by themselves.");
  for (const UnitKind kind : {UnitKind::kThread, UnitKind::kTask}) {
    using enum StuckReason;
    for (const StuckReason reason : {kDeadlock, kOwnerEnded, kBehind, kLost, kAllAsleep}) {
      const auto found = counts->find({kind, reason});
      metric.samples.push_back(
          {{{"kind", std::string(ToString(kind))}, {"reason", std::string(ToString(reason))}},
           found == counts->end() ? 0 : static_cast<double>(found->second)});
    }
  }
  metrics.push_back(std::move(metric));
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string LabelText(const Sample& sample) {
  std::string text;
  for (const auto& [name, value] : sample.labels)
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, Escaped(OneLine(value)));
  return text.empty() ? text : '{' + text + '}';
}

}  // namespace

std::vector<Metric> CollectMetrics(std::size_t most_sites) {
  const Census census = TakeCensus();
  using enum Metric::Type;
  std::vector<Metric> metrics;
  metrics.push_back(Single(kGauge, "taskleak_threads", "Threads alive.", census.threads));
  metrics.push_back(Single(kGauge, "taskleak_tasks", "Tasks alive.", census.tasks));
  metrics.push_back(Single(kGauge, "taskleak_unjoined_threads",
                           "Threads that ended and were not joined.", census.unjoined));
  AddStates(census, metrics);
  AddSites(census, most_sites, metrics);
  metrics.push_back(
      Single(kCounter, "taskleak_threads_born", "Threads created.", census.threads_born));
  metrics.push_back(
      Single(kCounter, "taskleak_threads_ended", "Threads that ended.", census.threads_ended));
  metrics.push_back(Single(kCounter, "taskleak_tasks_born", "Tasks created.", census.tasks_born));
  metrics.push_back(
      Single(kCounter, "taskleak_tasks_ended", "Tasks that ended.", census.tasks_ended));
  AddSuspected(census, metrics);
  AddStuck(metrics);
  if (const auto stalls = StallsSoFar())
    metrics.push_back(Single(kCounter, "taskleak_stalls",
                             "Turns of tasks that a StallRule found too long.", *stalls));
  return metrics;
}

std::string ToOpenMetrics(const std::vector<Metric>& metrics) {
  std::string text;
  for (const Metric& metric : metrics) {
    const bool counts = metric.type == Metric::Type::kCounter;
    text += fmt::format("# TYPE {} {}\n# HELP {} {}\n", metric.name, counts ? "counter" : "gauge",
                        metric.name, Escaped(OneLine(metric.help)));
    for (const Sample& sample : metric.samples) {
      text += fmt::format("{}{}{} {}\n", metric.name, counts ? "_total" : "", LabelText(sample),
                          sample.value);
    }
  }
  return text + "# EOF\n";
}

}  // namespace taskleak::live
