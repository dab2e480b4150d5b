// All parts of taskleak::live link and answer. The threads that they start are not leaks.
#include <taskleak/live/pprof.h>
#include <taskleak/live/prometheus.h>
#include <taskleak/live/server.h>
#include <taskleak/live/signals.h>
#include <taskleak/live/watch.h>
#include <taskleak/verify.h>

#include <cstdio>

int main() {
  const auto before = taskleak::Snapshot::Take();
  const taskleak::live::Server server;
  const taskleak::live::Watch watch;
  const taskleak::live::SignalDump dump;
  const bool answers = !taskleak::live::ToPprof(*taskleak::live::TakeCapture()).empty() &&
                       !taskleak::live::PrometheusCollectable().Collect().empty();
  const taskleak::LeakReport report = taskleak::FindLeaks(before);
  std::fputs(report.ToText().c_str(), stdout);
  return answers && server.port() > 0 && report.empty() ? 0 : 1;
}
