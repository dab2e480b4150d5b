// Threads in the report that needs nothing but system calls.
#include "run/raw_report.h"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "taskleak/leak.h"

namespace taskleak::run {
namespace {

// Returns what `write_to` writes to a descriptor.
template <typename WriteTo>
std::string Written(WriteTo write_to) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) return "there is no pipe";
  write_to(pipe[1]);
  close(pipe[1]);
  std::string text(std::size_t{64} << 10, '\0');
  text.resize(static_cast<std::size_t>(read(pipe[0], text.data(), text.size())));
  close(pipe[0]);
  return text;
}

std::string TextOf(const RawThread& thread) {
  return Written([&thread](int fd) { WriteRawThread(fd, thread); });
}

// Returns the names of all members, with those of the first element of each list.
std::set<std::string> Members(const nlohmann::json& value, const std::string& path = "") {
  std::set<std::string> members;
  if (value.is_array() && !value.empty()) return Members(value.front(), path + "[]");
  if (!value.is_object()) return members;
  for (const auto& [name, member] : value.items()) {
    members.insert(path + '.' + name);
    members.merge(Members(member, path + '.' + name));
  }
  return members;
}

TEST(RawReportTest, ItsJsonHasTheMembersOfAFullReport) {
  LeakReport report;
  report.test = "Pool.Stops";
  report.verdict = Verdict::kHang;
  LeakGroup group;
  group.units.emplace_back().stack = Stack({Frame()});
  report.groups.push_back(group);
  const std::string raw = Written([](int fd) { WriteRawJson(fd, "Pool.Stops"); });
  EXPECT_EQ(Members(nlohmann::json::parse(raw)), Members(nlohmann::json::parse(report.ToJson())));
}

TEST(RawReportTest, SaysWhatAThreadDoes) {
  RawThread thread{.tid = 7, .name = "io", .unreadable = true, .at = {}, .addresses = {}};
  EXPECT_EQ(TextOf(thread), "thread 7 \"io\" cannot be read\n");
  thread.unreadable = false;
  thread.at.running = true;
  EXPECT_EQ(TextOf(thread), "thread 7 \"io\" is running\n");
  thread.at = {.running = false, .number = 202};
  EXPECT_EQ(TextOf(thread), "thread 7 \"io\" is in system call 202 at\n");
  thread.at.number = -1;
  EXPECT_EQ(TextOf(thread), "thread 7 \"io\" is in a page fault at\n");
}

}  // namespace
}  // namespace taskleak::run
