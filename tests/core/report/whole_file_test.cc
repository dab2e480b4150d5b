// Files that are written whole or not at all.
#include "taskleak/internal/whole_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_program.h"

namespace taskleak::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WholeFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.File("")))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryDirectory directory_;
  const std::string path_ = directory_.File("file");
};

TEST_F(WholeFileTest, TakesItsPlaceAtTheEndOnly) {
  std::ofstream(path_) << "old";
  WholeFile file(path_);
  file.Append("new ");
  file.Sync();
  file.Append("text");
  EXPECT_EQ(ReadFile(path_), "old");
  EXPECT_EQ(file.Commit(), 0);
  EXPECT_EQ(ReadFile(path_), "new text");
  EXPECT_THAT(Names(), ElementsAre("file"));
}

TEST_F(WholeFileTest, OfALinkReplacesTheFileThatItLeadsTo) {
  std::ofstream(path_) << "old";
  const std::string link = directory_.File("link");
  std::filesystem::create_symlink("file", link);
  WholeFile file(link);
  file.Append("new");
  EXPECT_EQ(file.Commit(), 0);
  EXPECT_EQ(ReadFile(path_), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_THAT(Names(), ElementsAre("file", "link"));
}

TEST_F(WholeFileTest, IsWrittenToANewFileWhateverOthersHavePutInItsPlace) {
  const std::string victim = directory_.File("victim");
  std::ofstream(victim) << "precious";
  const std::string planted = path_ + '.' + std::to_string(getpid()) + ".tmp";
  std::filesystem::create_symlink(victim, planted);
  WholeFile file(path_);
  file.Append("text");
  EXPECT_EQ(file.Commit(), 0);
  EXPECT_EQ(ReadFile(victim), "precious");
  EXPECT_EQ(ReadFile(path_), "text");
  EXPECT_TRUE(std::filesystem::is_symlink(planted));
  EXPECT_EQ(Names().size(), 3U);
}

TEST_F(WholeFileTest, HasThePermissionsOfNewFiles) {
  const mode_t mask = umask(0027);
  WholeFile file(path_);
  umask(mask);
  EXPECT_EQ(file.Commit(), 0);
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(WholeFileTest, WritesIntoWhatIsNoFile) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK);
  WholeFile file(path_);
  file.Append("text");
  EXPECT_EQ(file.Commit(), 0);
  std::string text(4, '\0');
  EXPECT_EQ(read(reader, text.data(), text.size()), 4);
  EXPECT_EQ(text, "text");
  EXPECT_TRUE(std::filesystem::is_fifo(path_));
  close(reader);
}

TEST_F(WholeFileTest, LeavesNothingUnlessItIsCommitted) {
  {
    WholeFile file(path_);
    file.Append("text");
    EXPECT_EQ(file.Close(), 0);
    EXPECT_EQ(Names().size(), 1U);
  }
  { const WholeFile unused(path_); }
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(WholeFileTest, ThatIsLongIsWrittenInPieces) {
  const std::string piece((std::size_t{1} << 20) - 1, 'x');
  WholeFile file(path_);
  for (int i = 0; i < 3; ++i) file.Append(piece);
  EXPECT_EQ(file.Commit(), 0);
  EXPECT_EQ(ReadFile(path_), piece + piece + piece);
}

TEST_F(WholeFileTest, WhatCannotBeOpenedSaysWhyAtTheEnd) {
  WholeFile file(directory_.File("none/file"));
  file.Append("text");
  file.Sync();
  EXPECT_EQ(file.Commit(), ENOENT);
}

TEST_F(WholeFileTest, TheOldOneStaysWhereTheNewHasNoRoom) {
  std::ofstream(path_) << "old";
  const pid_t child = fork();
  if (child == 0) {
    const rlimit small{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &small);
    std::signal(SIGXFSZ, SIG_IGN);
    int error = 0;
    {
      WholeFile file(path_);
      file.Append(std::string(8192, 'x'));
      error = file.Commit();
    }
    _exit(error == EFBIG ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(ReadFile(path_), "old");
  EXPECT_THAT(Names(), ElementsAre("file"));
}

TEST_F(WholeFileTest, ThatIsNewReplacesNothingAndIsForItsOwnerOnly) {
  const int folder = open(directory_.File("").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (const int expected : {0, EEXIST}) {
    WholeFile file(folder, "file");
    file.Append(expected == 0 ? "first" : "second");
    EXPECT_EQ(file.Commit(), expected);
  }
  close(folder);
  EXPECT_EQ(ReadFile(path_), "first");
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(Names(), ElementsAre("file"));
}

}  // namespace
}  // namespace taskleak::internal
