// Counts for a monitoring system.
#ifndef TASKLEAK_LIVE_METRICS_H_
#define TASKLEAK_LIVE_METRICS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace taskleak::live {

/// One metric with its samples.
struct Metric {
  /// How its values change.
  enum class Type {
    kGauge,    ///< up and down
    kCounter,  ///< never down
  };
  /// One value.
  struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;  ///< names and values
    double value = 0;                                         ///< seconds, or a count
  };

  Type type = Type::kGauge;     ///< how its values change
  std::string name;             ///< without the `_total` that a counter's samples have
  std::string help;             ///< one line for people
  std::vector<Sample> samples;  ///< one for each set of labels
};

/// What is alive, by state and by the function that created it (docs/live.md lists the metrics).
///
/// Only the `most_sites` most frequent creators of threads, and as many of tasks, have samples of
/// their own; the others are added up under `(other)`. Takes a census (taskleak/census.h) and reads
/// no stack, so it may be called each second. Thread-safe.
[[nodiscard]] std::vector<Metric> CollectMetrics(std::size_t most_sites = 50);

/// Metrics as text: OpenMetrics 1.0, content type
/// `application/openmetrics-text; version=1.0.0; charset=utf-8`.
///
/// Example:
///   response.body = taskleak::live::ToOpenMetrics(taskleak::live::CollectMetrics());
[[nodiscard]] std::string ToOpenMetrics(const std::vector<Metric>& metrics);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_METRICS_H_
