// Which descriptors are of one kind, and which rise again.
#include "alive/risen_descriptors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alive/descriptor_kind.h"

namespace taskleak::alive {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PatternOf, HasAStarForDigits) {
  const auto pattern = [](const char* target) { return PatternOf(target, {}); };
  EXPECT_EQ(pattern("socket:[4711]"), "socket:[*]");
  EXPECT_EQ(pattern("pipe:[1]"), "pipe:[*]");
  EXPECT_EQ(pattern("anon_inode:[eventpoll]"), "anon_inode:[eventpoll]");
  EXPECT_EQ(pattern("/proc/123/task/45/stat"), "/proc/*/task/*/stat");
  EXPECT_EQ(pattern("/var/log/app.2026-11-29.log"), "/var/log/app.*-*-*.log");
  EXPECT_EQ(pattern("/dev/null"), "/dev/null");
  EXPECT_EQ(pattern(""), "");
}

TEST(PatternOf, HasAStarForGeneratedNames) {
  const std::vector<std::string> temporary = {"/tmp", "/build/scratch/"};
  const auto pattern = [&temporary](const char* target) { return PatternOf(target, temporary); };
  EXPECT_EQ(pattern("/tmp/db.Xy12Az"), "/tmp/db.*");
  EXPECT_EQ(pattern("/tmp/XqWbYz/data.json"), "/tmp/*/data.json");
  EXPECT_EQ(pattern("/build/scratch/log_XqWbYz"), "/build/scratch/log_*");
  EXPECT_EQ(pattern("/tmp/scratchXqWbYz"), "/tmp/scratch*");
  EXPECT_EQ(pattern("/tmp/tmp.Xy12AzQ9bc"), "/tmp/tmp.*");
  EXPECT_EQ(pattern("/tmp/settings.json"), "/tmp/settings.json");
  EXPECT_EQ(pattern("/home/README"), "/home/README") << "a name by hand, outside of such folders";
  EXPECT_EQ(pattern("/home/db.Xy12Az"), "/home/db.*");
  EXPECT_EQ(pattern("/tmpfiles/README"), "/tmpfiles/README") << "another folder";
}

platform::OpenDescriptor Socket(int number, ino_t inode) {
  return {number, 8, inode, "socket:[" + std::to_string(inode) + "]",
          platform::OpenSocket::Protocol::kTcp};
}
platform::OpenDescriptor File(int number, const char* path) {
  return {number, 1, 1, path, std::nullopt};
}

// The numbers of what is repeated after a test that begins and ends with these.
std::vector<int> Repeated(RisenDescriptors& risen, const Descriptors& before,
                          const Descriptors& after, const char* test = "test") {
  std::vector<int> numbers;
  for (const RepeatedDescriptor& each : risen.FindRepeated(before, after, test))
    numbers.push_back(each.risen.descriptor.number);
  risen.EndTest(before, after, test);
  return numbers;
}

TEST(RisenDescriptors, AreRepeatedFromTheSecondTestOn) {
  RisenDescriptors risen;
  const auto a = Socket(3, 100);
  const auto b = Socket(4, 101);
  const auto c = Socket(5, 102);
  EXPECT_THAT(Repeated(risen, {}, {a, b}), IsEmpty()) << "two in the first test";
  EXPECT_THAT(Repeated(risen, {a, b}, {a, b}), IsEmpty());
  EXPECT_THAT(Repeated(risen, {a, b}, {a, b, c}), ElementsAre(5));
}

TEST(RisenDescriptors, AreKnownByTheirTests) {
  RisenDescriptors risen;
  const auto a = Socket(3, 100);
  risen.EndTest({}, {a}, "first");
  const auto repeated = risen.FindRepeated({a}, {a, Socket(4, 101)}, "second");
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated[0].risen.test, "second");
  ASSERT_EQ(repeated[0].earlier.size(), 1U);
  EXPECT_EQ(repeated[0].earlier[0].test, "first");
  EXPECT_EQ(repeated[0].earlier[0].descriptor, a);
}

TEST(RisenDescriptors, AreNotRepeatedIfTheEarlierOneIsClosed) {
  RisenDescriptors risen;
  EXPECT_THAT(Repeated(risen, {}, {Socket(3, 100)}), IsEmpty());
  EXPECT_THAT(Repeated(risen, {}, {Socket(4, 101)}), IsEmpty());
}

TEST(RisenDescriptors, AreNotRepeatedIfTheEarlierNumberHasAnotherTarget) {
  RisenDescriptors risen;
  EXPECT_THAT(Repeated(risen, {}, {Socket(3, 100)}), IsEmpty());
  const auto other = Socket(3, 200);  // of the same kind, but opened outside of tests
  EXPECT_THAT(Repeated(risen, {other}, {other, Socket(4, 101)}), IsEmpty());
}

TEST(RisenDescriptors, OfOtherKindsDoNotCount) {
  RisenDescriptors risen;
  const auto socket = Socket(3, 100);
  const auto file = File(4, "/etc/hosts");
  auto local = Socket(5, 101);
  local.socket = platform::OpenSocket::Protocol::kUnix;
  EXPECT_THAT(Repeated(risen, {}, {socket}), IsEmpty());
  EXPECT_THAT(Repeated(risen, {socket}, {socket, file}), IsEmpty());
  EXPECT_THAT(Repeated(risen, {socket, file}, {socket, file, local}), IsEmpty());
}

TEST(RisenDescriptors, InThePlaceOfAClosedOneHaveNotRisen) {
  RisenDescriptors risen;
  const auto kept = Socket(3, 100);
  const auto renewed = Socket(4, 101);
  EXPECT_THAT(Repeated(risen, {}, {kept}), IsEmpty());
  EXPECT_THAT(Repeated(risen, {kept}, {renewed}), IsEmpty());
  EXPECT_THAT(Repeated(risen, {renewed}, {renewed, Socket(5, 102)}), ElementsAre(5))
      << "it counts for the one that it replaced";
}

TEST(RisenDescriptors, InThePlaceOfOneThatWasThereBeforeHaveNotRisen) {
  RisenDescriptors risen;
  const auto kept = Socket(3, 100);
  const auto of_suite = Socket(4, 101);
  EXPECT_THAT(Repeated(risen, {of_suite}, {kept, of_suite}), IsEmpty());
  EXPECT_THAT(Repeated(risen, {kept, of_suite}, {kept, Socket(4, 102)}), IsEmpty());
  EXPECT_THAT(Repeated(risen, {kept, of_suite}, {kept, Socket(4, 102), Socket(5, 103)}),
              ElementsAre(5));
}

TEST(RisenDescriptors, ThatAreForgottenDoNotCount) {
  RisenDescriptors risen;
  const auto a = Socket(3, 100);
  EXPECT_THAT(Repeated(risen, {}, {a}), IsEmpty());
  risen.Forget({a});
  EXPECT_THAT(Repeated(risen, {a}, {a, Socket(4, 101)}), IsEmpty());
}

}  // namespace
}  // namespace taskleak::alive
