// Collects counts for a monitoring system.
#ifndef TASKLEAK_LIVE_METRICS_H_
#define TASKLEAK_LIVE_METRICS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Holds one metric with its samples.
struct Metric {
  /// Says how the values change.
  enum class Type {
    kGauge,    ///< they go up and down
    kCounter,  ///< they never go down
  };
  /// Holds one value.
  struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;  ///< names and values
    double value = 0;                                         ///< seconds, or a count
  };

  Type type = Type::kGauge;     ///< how the values change
  std::string name;             ///< without `_total`, which a counter's samples end with
  std::string help;             ///< one line for people
  std::vector<Sample> samples;  ///< one for each combination of labels
};

/// Returns what is alive, by state and by the line of code that created it (docs/live.md lists the
/// metrics).
///
/// The `most_sites` lines that created the most threads have samples of their own, and as many that
/// created tasks; the sample `(other)` sums up the rest. Takes a census (taskleak/census.h) and
/// reads no stack, so you may call it each second. Thread-safe.
///
/// Example:
///   for (const taskleak::live::Metric& metric : taskleak::live::CollectMetrics()) Export(metric);
[[nodiscard]] std::vector<Metric> CollectMetrics(std::size_t most_sites = 50);

/// Returns metrics as OpenMetrics 1.0 text. Its content type is `application/openmetrics-text;
/// version=1.0.0; charset=utf-8`. Thread-safe.
///
/// Example:
///   response.body = taskleak::live::ToOpenMetrics(taskleak::live::CollectMetrics());
[[nodiscard]] std::string ToOpenMetrics(const std::vector<Metric>& metrics);

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_METRICS_H_
