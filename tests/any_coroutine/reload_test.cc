// Coroutines in libraries that are replaced, reloaded and unloaded, and in ones that cannot be read
// at first.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "any_coroutine/loaded_plugin.h"
#include "registry/ramp_sites.h"
#include "support/leaks.h"
#include "support/run_program.h"
#include "taskleak/alive.h"
#include "taskleak/internal/coroutine_frame.h"

// sanitizer/lsan_interface.h; null without LeakSanitizer.
extern "C" {
__attribute__((weak)) void __lsan_disable();  // NOLINT(bugprone-reserved-identifier)
__attribute__((weak)) void __lsan_enable();   // NOLINT(bugprone-reserved-identifier)
}

namespace taskleak {
namespace {

using ::testing::Contains;
using testing::CountServed;
using ::testing::HasSubstr;
using testing::LoadedPlugin;

TEST(ReloadTest, AFileThatTookThePlaceOfTheOneThatIsLoadedIsNotTakenForIt) {
  const TemporaryDirectory folder;
  const std::string path = folder.File("plugin.so");
  std::filesystem::copy_file(PLUGIN, path);
  std::filesystem::copy_file(PLUGIN_LARGER, folder.File("next.so"));
  const auto before = Snapshot::Take();
  LoadedPlugin plugin(path);
  std::filesystem::rename(folder.File("next.so"), path);
  plugin.StartJobs();
  EXPECT_TRUE(testing::Look(before).empty());
  EXPECT_THAT(FindAlive().notes,
              Contains(HasSubstr("are not visible: its file cannot be read, or is not the one that "
                                 "was loaded")));
  plugin.DestroyJobs();
}

TEST(ReloadTest, ALibraryIsReadThatWasLoadedFromADirectoryThatWasLeft) {
  const std::filesystem::path old = std::filesystem::current_path();
  const auto before = Snapshot::Take();
  std::filesystem::current_path(std::filesystem::path(PLUGIN).parent_path());
  LoadedPlugin plugin("./" + std::filesystem::path(PLUGIN).filename().string());
  std::filesystem::current_path("/");
  plugin.StartJobs();
  EXPECT_EQ(CountServed(testing::Look(before)), 2U);
  plugin.DestroyJobs();
  std::filesystem::current_path(old);
}

// Two builds whose coroutines are at different places.
struct Builds {
  const char* first;
  const char* second;
};

enum class Look { kBeforeItIsUnloaded, kAfterwards };

// Loads one build after the other, and expects the coroutines of both to be found. Returns false if
// they were not loaded at the same place, since something else was mapped meanwhile.
bool ExpectBothRead(const Builds& builds, Look when) {
  const auto before_first = Snapshot::Take();
  std::optional<LoadedPlugin> plugin(builds.first);
  const void* const place = plugin->Place();
  const void* const code = plugin->Code();
  plugin->StartJobs();
  EXPECT_EQ(CountServed(testing::Look(before_first)), 2U);
  plugin->DestroyJobs();
  std::optional<Snapshot> before_second(Snapshot::Take());
  plugin.reset();
  if (when == Look::kAfterwards) before_second.emplace(Snapshot::Take());
  plugin.emplace(builds.second);
  if (plugin->Place() != place) return false;
  EXPECT_NE(plugin->Code(), code);
  plugin->StartJobs();
  EXPECT_EQ(CountServed(testing::Look(*before_second)), 2U);
  plugin->DestroyJobs();
  return true;
}

void ExpectBothReadAtOnePlace(const Builds& builds, Look when) {
  constexpr int kMostTries = 10;
  for (int i = 0; i < kMostTries; ++i) {
    if (ExpectBothRead(builds, when)) return;
  }
  ADD_FAILURE() << "they were never loaded at the same place";
}

TEST(ReloadTest, AnotherBuildAtTheSamePlaceIsReadEvenWithoutABuildId) {
  ExpectBothReadAtOnePlace({PLUGIN_MOVED_DOWN, PLUGIN_MOVED_UP}, Look::kAfterwards);
}

TEST(ReloadTest, AnotherBuildAtTheSamePlaceIsReadEvenWithoutALookInBetween) {
  ExpectBothReadAtOnePlace({PLUGIN_DOWN_WITH_ID, PLUGIN_UP_WITH_ID}, Look::kBeforeItIsUnloaded);
}

TEST(ReloadTest, WhatWasSeenInAnUnloadedLibraryIsForgottenAtTheNextLook) {
  const auto before = Snapshot::Take();
  std::optional<LoadedPlugin> plugin(PLUGIN);
  const auto call = reinterpret_cast<std::uintptr_t>(plugin->Code()) + 1;
  EXPECT_EQ(registry::FindRampSite(call), nullptr);
  EXPECT_TRUE(internal::WasSeen(call, call << 1));
  plugin.reset();
  const auto after = Snapshot::Take();
  EXPECT_FALSE(internal::WasSeen(call, call << 1));
}

// What is allocated meanwhile is left on purpose, which LeakSanitizer must not report.
class LeavesMemory {
 public:
  LeavesMemory() {
    if (__lsan_disable != nullptr) __lsan_disable();
  }
  ~LeavesMemory() {
    if (__lsan_enable != nullptr) __lsan_enable();
  }
  LeavesMemory(const LeavesMemory&) = delete;
  LeavesMemory& operator=(const LeavesMemory&) = delete;
};

TEST(ReloadTest, OnesOfAnUnloadedLibraryAreReported) {
  const auto before = Snapshot::Take();
  {
    LoadedPlugin plugin(PLUGIN);
    const LeavesMemory on_purpose;
    plugin.StartJobs();
  }
  const LeakReport report = testing::Look(before);
  EXPECT_EQ(testing::CountNamed(report, "coroutine of an unloaded library"), 2U) << report.ToText();
  EXPECT_EQ(report.unit_count(), 2U) << report.ToText();
}

// As long as it lives, the process can open no file.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &old_);
    const rlimit none{0, old_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &old_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit old_{};
};

TEST(ReloadTest, AModuleForWhichThereWasNoDescriptorIsReadLater) {
  const auto first = Snapshot::Take();
  LoadedPlugin plugin(PLUGIN_LARGER);  // which was not loaded before
  {
    const NoDescriptors none;
    plugin.StartJobs();
  }
  plugin.DestroyJobs();
  EXPECT_THAT(FindAlive().notes,
              Contains(HasSubstr("there was no memory or descriptor to read the symbols")));
  const auto second = Snapshot::Take();
  plugin.StartJobs();
  EXPECT_EQ(CountServed(testing::Look(second)), 2U);
  plugin.DestroyJobs();
}

}  // namespace
}  // namespace taskleak
