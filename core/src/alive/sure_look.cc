#include "alive/sure_look.h"

#include <chrono>
#include <utility>

namespace taskleak::alive {

BirthMark MarkOf(const internal::SnapshotData& data) {
  return {.births = data.births,
          .next_thread = data.next_birth,
          .epoch = data.next_epoch,
          .listed = data.threads};
}

namespace {

// Returns how much a look costs of the limit. More looks do not help if other processes create
// threads. But if this process still creates threads or tasks, there may be a straggler. Without
// the hooks, its births show in its list.
int CostOf(const BirthMark& before, const BirthMark& after) {
  const bool own = before.next_thread != after.next_thread || before.epoch != after.epoch ||
                   before.listed != after.listed;
  return own ? 1 : 32;
}

}  // namespace

Stragglers LookUntilSure(const std::function<MarkedLook()>& look, const BirthMark& before) {
  constexpr int kMostCost = 2048;
  constexpr int kLooksNeeded = 3;           // with one mark
  constexpr std::chrono::seconds kMost{2};  // where a look takes many times longer than usual
  MarkedLook last = look();
  if (last.births.births != 0 && last.births == before) return std::move(last.left);
  int looks_alike = 1;
  const auto end = std::chrono::steady_clock::now() + kMost;
  for (int cost = 0; cost < kMostCost && looks_alike < kLooksNeeded;) {
    if (std::chrono::steady_clock::now() >= end) break;
    if (last.failure || !last.left.empty()) break;
    MarkedLook next = look();
    cost += CostOf(last.births, next.births);
    looks_alike = next.births == last.births ? looks_alike + 1 : 1;
    last = std::move(next);
  }
  return std::move(last.left);
}

}  // namespace taskleak::alive
