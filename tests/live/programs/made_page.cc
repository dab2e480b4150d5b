// made_page KIND COUNT: prints the endpoint's page (live, group, diff or hour) of made-up captures
// with COUNT groups.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "hour.h"
#include "live/made_captures.h"
#include "page.h"
#include "rows.h"

namespace taskleak::live {
namespace {

using report::UserFrame;

std::string Numbered(std::string_view text, int number) {
  return std::string(text) + std::to_string(number);
}

Stack StackAt(int number) {
  const std::string scope = number % 7 == 3
                                ? "push::detail::RetransmissionQueue<push::TcpTransport, "
                                  "std::chrono::steady_clock>::WaitFor<push::Segment const>"
                                : Numbered("push::Session", number);
  return Stack({UserFrame(scope + "::Wait(std::unique_lock<std::mutex>&)", "../src/push/session.cc",
                          40 + number % 90),
                UserFrame(Numbered("push::Run", number) + "()", "../src/push/session.cc", 12)});
}

// A creator of two kinds of threads, which wait at two places.
LeakGroup GroupOf(int number, int look) {
  LeakGroup group;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%012x", static_cast<unsigned>(number));
  group.signature = digits;
  group.deadlock = number == 1;
  Unit unit;
  unit.kind = number % 5 == 4 ? UnitKind::kTask : UnitKind::kThread;
  unit.created_by = Stack({UserFrame(Numbered("push::Server::Accept", number) + "(int)",
                                     "../src/push/server.cc", 80 + number % 40)});
  const int growth = number % 10 == 0 ? look : 0;
  for (const WaitState state : {WaitState::kCondvar, WaitState::kRead}) {
    unit.state = state;
    unit.stack = StackAt(2 * number + (state == WaitState::kRead ? 1 : 0));
    unit.detail = state == WaitState::kRead
                      ? "descriptor 5, TCP 127.0.0.1:41000 -> 127.0.0.1:6379 (established)"
                      : "";
    unit.age = std::chrono::milliseconds(1000 * (1 + number * 37 % 9000));
    unit.name = state == WaitState::kRead ? "reader" : "";
    for (int i = 0; i < 1 + number % 5 + 3 * growth; ++i) {
      unit.id = 100'000 + 1000 * number + static_cast<int>(group.units.size());
      group.units.push_back(unit);
    }
  }
  return group;
}

std::shared_ptr<Capture> CaptureOf(int count, int look) {
  std::vector<LeakGroup> groups;
  for (int i = 0; i < count; ++i) groups.push_back(GroupOf(i, look));
  auto capture = MadeCapture(static_cast<std::uint64_t>(look), std::move(groups));
  if (count > 1) {
    Unit first = capture->report.groups[1].units[0];
    Unit second = capture->report.groups[1].units[1];
    first.state = second.state = WaitState::kMutex;
    first.waits_at = 0x55c0;
    second.waits_at = 0x55e8;
    first.held_by = Holder{second.id, "", false, WaitState::kMutex, second.stack};
    second.held_by = Holder{first.id, "", false, WaitState::kMutex, first.stack};
    capture->report.deadlocks.push_back({Deadlock::Kind::kCycle, {first, second}});
  }
  return capture;
}

// Ten minutes in which nothing grows, and ten in which some groups do.
HourTable MadeHour(int count) {
  constexpr int kLooks = 60;
  Hour hour;
  for (int look = 0; look <= 2 * kLooks; ++look) {
    const auto capture = CaptureOf(count, std::max(1, look - kLooks));
    capture->time += std::chrono::seconds(10 * look);
    hour.Add(*capture);
  }
  return hour.Table();
}

std::string PageOf(std::string_view kind, int count) {
  const PageFrame frame{"/debug/tasks", ""};
  if (kind == "hour")
    return HourPage(MadeHour(count),
                    "growth: 186 in 6 looks, now 190 threads created by push::Server", frame);
  constexpr int kLooks = 5;
  RowHistory history;
  std::vector<History::Point> points;
  std::vector<std::shared_ptr<Capture>> captures;  // rows point into them
  std::vector<Row> rows;
  for (int look = 1; look <= kLooks; ++look) {
    captures.push_back(CaptureOf(count, look));
    rows = history.Update(*captures.back());
    points.push_back({std::chrono::steady_clock::time_point(std::chrono::seconds(look)),
                      captures.back()->threads, captures.back()->tasks});
  }
  if (kind == "group") return GroupPage(*captures.back(), rows, "000000000000", frame);
  if (kind == "diff") return DiffPage(Compare(captures.front(), captures.back()), frame);
  return LivePage(*captures.back(), rows, points, frame);
}

}  // namespace
}  // namespace taskleak::live

int main(int, char** arguments) {
  std::cout << taskleak::live::PageOf(arguments[1], std::atoi(arguments[2]));
}
