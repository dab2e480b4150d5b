// Coroutines that are registered as well, those of a forked child, and those of a program that the
// dynamic linker was told to run.
#include <elf.h>
#include <link.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coroutine>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "adapters/coroutine/coroutines.h"
#include "any_coroutine/coroutines.h"
#include "support/leaks.h"
#include "support/run_program.h"
#include "taskleak/leak_scope.h"
#include "taskleak/task.h"

namespace taskleak {
namespace {

testing::Lazy Leaf(testing::Event& event) {
  co_await event;
  co_return 7;
}

TEST(RegisteredTest, ARegisteredCoroutineIsReportedOnceAsRegistered) {
  const auto before = Snapshot::Take();
  testing::Event event;
  testing::Lazy leaf = Leaf(event);
  leaf.Start();
  const Unit unit = testing::OnlyLeak(before);
  EXPECT_EQ(unit.name, testing::Own("Leaf"));
  EXPECT_EQ(unit.state, WaitState::kSuspended);
}

TEST(RegisteredTest, OneOfAScopeThatARunningTaskHasOpenedBelongsToThatScope) {
  const auto before = Snapshot::Take();
  Task job("job");
  const Task::Run run(job);
  LeakScope scope;
  testing::Event event;
  {  // Their memory is ready for the next ones.
    const testing::Lazy first = Leaf(event);
    const testing::Lazy second = Leaf(event);
  }
  const testing::Lazy leaf = Leaf(event);
  EXPECT_TRUE(scope.Check("scope", testing::NoWait()).has_value());
}

TEST(RegisteredTest, AForkedChildDoesNotReportItsParentsCoroutines) {
  const auto kept = orders::StartChain();
  const auto before = Snapshot::Take();
  auto mine = orders::StartChain();
  const pid_t child = fork();
  if (child == 0) {
    const bool none = testing::Look(before).empty();
    mine.reset();  // which it may free
    const auto own = orders::StartEager();
    _exit(none && own != nullptr && testing::Look(before).unit_count() == 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(testing::Look(before).unit_count(), 3U);
}

// The path of the dynamic linker, which this program names.
std::string DynamicLinker() {
  std::string path;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& segment = info->dlpi_phdr[i];
          if (segment.p_type == PT_INTERP)
            *static_cast<std::string*>(result) =
                // NOLINTNEXTLINE(performance-no-int-to-ptr)
                reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
        }
        return 1;  // the first one is the program
      },
      &path);
  return path;
}

TEST(RegisteredTest, ThoseOfAProgramThatTheDynamicLinkerWasToldToRunAreFound) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const Outcome outcome =
      RunProgram(DynamicLinker(), {program, "--gtest_filter=RegisteredTest.AForkedChild*"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

}  // namespace
}  // namespace taskleak
