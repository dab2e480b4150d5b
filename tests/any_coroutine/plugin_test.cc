// Coroutines in libraries that are loaded while the test runs, linked in several ways
// (CMakeLists.txt).
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "any_coroutine/loaded_plugin.h"
#include "support/leaks.h"
#include "taskleak/alive.h"

namespace taskleak {
namespace {

using ::testing::Contains;
using testing::CountServed;
using ::testing::HasSubstr;
using testing::LoadedPlugin;

TEST(PluginTest, BothCoroutinesOfTheSameNameAreFoundHoweverTheLibraryIsLinked) {
  std::istringstream paths(PLUGINS);
  for (std::string path; std::getline(paths, path, ':');) {
    const auto before = Snapshot::Take();
    LoadedPlugin plugin(path);
    plugin.StartJobs();
    const LeakReport report = testing::Look(before);
    EXPECT_EQ(CountServed(report), 2U) << path << '\n' << report.ToText();
    EXPECT_EQ(report.unit_count(), 2U) << path << '\n' << report.ToText();
    plugin.DestroyJobs();
    EXPECT_TRUE(testing::Look(before).empty()) << path;
  }
}

TEST(PluginTest, DebugInformationIsNotNeeded) {
  const auto before = Snapshot::Take();
  LoadedPlugin plugin(PLUGIN_WITHOUT_DEBUG);
  plugin.StartJobs();
  EXPECT_EQ(CountServed(testing::Look(before)), 2U);
  plugin.DestroyJobs();
}

TEST(PluginTest, AModuleWithoutLocalSymbolsIsReportedAsNotVisible) {
  const std::string reason =
      " are not visible: it has no symbols of local functions, since it was stripped or linked "
      "with --discard-all";
  std::istringstream paths(PLUGINS_WITHOUT_SYMBOLS);
  for (std::string path; std::getline(paths, path, ':');) {
    const auto before = Snapshot::Take();
    LoadedPlugin plugin(path);
    plugin.StartJobs();
    EXPECT_TRUE(testing::Look(before).empty()) << path;
    std::string said = "coroutines of ";
    said.append(path, path.rfind('/') + 1).append(reason);
    EXPECT_THAT(FindAlive().notes, Contains(HasSubstr(said)));
    plugin.DestroyJobs();
  }
}

}  // namespace
}  // namespace taskleak
