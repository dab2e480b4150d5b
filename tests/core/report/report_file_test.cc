#include "report/report_file.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/report/made_reports.h"

namespace taskleak::report {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class ReportFileTest : public testing::Test {
 protected:
  ReportFileTest() {
    std::string pattern = testing::TempDir() + "taskleak_report_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~ReportFileTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string OwnName() const { return "taskleak-" + std::to_string(getpid()) + ".json"; }
  // Parses the document, and throws unless it is whole.
  static json Read(const std::string& path) { return json::parse(std::ifstream(path)); }
  std::size_t FileCount() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  std::string folder_;
};

TEST_F(ReportFileTest, IsWholeAfterEachLeakAndAtTheEnd) {
  ReportFile file(Path("leaks.json"));
  file.TestChecked("Suite.Test");
  EXPECT_EQ(file.Add(TwoLeaks()), "");
  EXPECT_EQ(Read(Path("leaks.json"))["summary"]["leaks"], 9);
  file.TestChecked("Suite.Test");
  EXPECT_EQ(file.Add(TwoLeaks()), "");
  EXPECT_EQ(Read(Path("leaks.json"))["tests"].size(), 2U);
  file.TestChecked("Suite.Test");
  EXPECT_EQ(file.Finish(), "");
  EXPECT_EQ(Read(Path("leaks.json"))["summary"]["tests"], 3);
  EXPECT_EQ(FileCount(), 1U);
}

TEST_F(ReportFileTest, IsWrittenForACleanRunToo) {
  ReportFile file(Path("leaks.json"));
  file.TestChecked("Suite.Test");
  EXPECT_EQ(file.Finish(), "");
  EXPECT_EQ(Read(Path("leaks.json"))["summary"]["leaking_tests"], 0);
}

TEST_F(ReportFileTest, ReplacesAnOldReportInOneStep) {
  std::ofstream(Path("leaks.json")) << "old";
  const fs::path kept = Path("hard_link");
  fs::create_hard_link(Path("leaks.json"), kept);
  ReportFile file(Path("leaks.json"));
  EXPECT_EQ(file.Finish(), "");
  EXPECT_EQ(Read(Path("leaks.json"))["schema"], 1);
  std::string old;
  std::ifstream(kept) >> old;
  EXPECT_EQ(old, "old");  // the file was replaced, not written over
}

TEST_F(ReportFileTest, PutsTheProcessIdInThePath) {
  ReportFile file(Path("leaks-%p.json"));
  EXPECT_EQ(file.Finish(), "");
  EXPECT_TRUE(fs::exists(Path("leaks-" + std::to_string(getpid()) + ".json")));
}

TEST_F(ReportFileTest, WritesOneFilePerProcessInADirectory) {
  EXPECT_EQ(ReportFile(folder_).Finish(), "");
  EXPECT_TRUE(fs::exists(Path(OwnName())));
  EXPECT_EQ(ReportFile(Path("made/on/demand/")).Finish(), "");
  EXPECT_TRUE(fs::exists(Path("made/on/demand/" + OwnName())));
}

TEST_F(ReportFileTest, IsWrittenWhereTheProcessStarted) {
  const std::string name = "relative-%p.json";
  ReportFile file(name);
  const fs::path written = fs::current_path() / ("relative-" + std::to_string(getpid()) + ".json");
  fs::current_path(folder_);
  EXPECT_EQ(file.Finish(), "");
  EXPECT_TRUE(fs::exists(written));
  EXPECT_EQ(FileCount(), 0U);
  fs::current_path(written.parent_path());
  fs::remove(written);
}

TEST_F(ReportFileTest, SaysWhyItCannotBeWritten) {
  std::ofstream(Path("file")) << "no folder";
  ReportFile file(Path("file/leaks.json"));
  const std::string error = file.Finish();
  EXPECT_THAT(error, HasSubstr(Path("file/leaks.json")));
  EXPECT_THAT(error, HasSubstr("Not a directory"));
  EXPECT_EQ(FileCount(), 1U);
}

TEST_F(ReportFileTest, TellsBeforehandWhetherItCanBeWrittenAndLeavesNothing) {
  EXPECT_EQ(ReportFile(Path("leaks.json")).CheckWritable(), "");
  EXPECT_EQ(FileCount(), 0U);
  EXPECT_EQ(ReportFile(Path("made/later/leaks.json")).CheckWritable(), "");
  EXPECT_EQ(FileCount(), 0U);
  EXPECT_THAT(ReportFile("/dev/null/leaks.json").CheckWritable(),
              HasSubstr("/dev/null/leaks.json"));
  EXPECT_THAT(ReportFile("/dev/null/no/folder/leaks.json").CheckWritable(),
              HasSubstr("/dev/null/no/folder/leaks.json: Not a directory"));
}

TEST_F(ReportFileTest, MakesItsFolderForOthers) {
  EXPECT_EQ(ReportFile(Path("made/now/leaks.json")).MakeFolder(), "");
  EXPECT_TRUE(fs::is_directory(Path("made/now")));
  EXPECT_THAT(ReportFile("/dev/null/folder/leaks.json").MakeFolder(), HasSubstr("Not a directory"));
}

TEST_F(ReportFileTest, LeavesNoTemporaryFileWhenItCannotReplaceTheReport) {
  ReportFile file(Path("leaks.json"));
  fs::create_directory(Path("leaks.json"));
  EXPECT_THAT(file.Finish(), HasSubstr("Is a directory"));
  EXPECT_EQ(FileCount(), 1U);
}

// Runs `body` in a forked child; returns what waitpid gives.
template <typename Body>
int InChild(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

TEST_F(ReportFileTest, AForkedChildDoesNotOverwriteItsParentsFile) {
  ReportFile file(Path("leaks.json"));
  EXPECT_EQ(file.Add(TwoLeaks()), "");
  EXPECT_EQ(InChild([&file] { _exit(file.Finish().empty() ? 0 : 1); }), 0);
  EXPECT_EQ(Read(Path("leaks.json"))["summary"]["leaks"], 9);
}

TEST_F(ReportFileTest, AForkedChildWritesItsOwnFindingsToItsOwnFile) {
  ReportFile file(folder_);
  EXPECT_EQ(file.Add(TwoLeaks()), "");
  EXPECT_EQ(InChild([&file] {
              file.TestChecked("Suite.Test");
              file.Finish();
            }),
            0);
  EXPECT_EQ(FileCount(), 2U);
  fs::remove(Path(OwnName()));
  const json child = Read(fs::directory_iterator(folder_)->path());
  EXPECT_EQ(child["summary"]["leaks"], 0);
  EXPECT_EQ(child["summary"]["tests"], 1);
}

TEST_F(ReportFileTest, SeveralThreadsMayAddAtOnce) {
  ReportFile file(Path("leaks.json"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&file] {
      file.TestChecked("Suite.Test");
      EXPECT_EQ(file.Add(TwoLeaks()), "");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Read(Path("leaks.json"))["summary"]["leaking_tests"], 4);
}

TEST_F(ReportFileTest, NamesWhatWasCheckedAndHowOften) {
  ReportFile file(Path("leaks.json"));
  for (const char* const test : {"A.Twice", "A.Once", "A.Twice"}) file.TestChecked(test);
  EXPECT_EQ(file.Finish(), "");
  const json checked = Read(Path("leaks.json"))["checked"];
  ASSERT_EQ(checked.size(), 2U);
  EXPECT_EQ(checked[0]["test"], "A.Twice");
  EXPECT_EQ(checked[0]["times"], 2);
  EXPECT_EQ(checked[1]["test"], "A.Once");
  EXPECT_GE(checked[0]["ended_ms"], checked[1]["ended_ms"]);
}

}  // namespace
}  // namespace taskleak::report
