// Exposes the metrics through prometheus-cpp.
#ifndef TASKLEAK_LIVE_PROMETHEUS_H_
#define TASKLEAK_LIVE_PROMETHEUS_H_

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "taskleak/live/metrics.h"

namespace taskleak::live {

/// Passes CollectMetrics() to a prometheus::Exposer, which calls it at each scrape. Thread-safe.
///
/// Example:
///   auto collectable = std::make_shared<taskleak::live::PrometheusCollectable>();
///   exposer.RegisterCollectable(collectable);
class PrometheusCollectable : public prometheus::Collectable {
 public:
  /// Makes a collectable; `most_sites` is as for CollectMetrics().
  explicit PrometheusCollectable(std::size_t most_sites = 50) : most_sites_(most_sites) {}

  /// Returns what is alive now, in prometheus-cpp's types.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families;
    for (Metric& metric : CollectMetrics(most_sites_)) families.push_back(FamilyOf(metric));
    return families;
  }

 private:
  static prometheus::MetricFamily FamilyOf(Metric& metric) {
    const bool counts = metric.type == Metric::Type::kCounter;
    prometheus::MetricFamily family;
    family.name = std::move(metric.name);
    if (counts) family.name += "_total";
    family.help = std::move(metric.help);
    family.type = counts ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    for (Metric::Sample& sample : metric.samples) {
      prometheus::ClientMetric client;
      for (auto& [name, value] : sample.labels)
        client.label.push_back({std::move(name), std::move(value)});
      (counts ? client.counter.value : client.gauge.value) = sample.value;
      family.metric.push_back(std::move(client));
    }
    return family;
  }

  std::size_t most_sites_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_PROMETHEUS_H_
