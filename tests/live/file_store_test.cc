#include "file_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/run_program.h"

namespace taskleak::live {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kStem = "service-tasks-1-20260131T120000.250Z";

// Returns the stem of a file that was written in that second.
std::string StemAt(const std::string& what, int second) {
  return "service-" + what + "-9-20260131T12000" + std::to_string(second) + ".250Z";
}

class FileStoreTest : public ::testing::Test {
 protected:
  FileOptions Options() {
    FileOptions options;
    options.folder = Folder();
    options.name = "service";
    return options;
  }
  [[nodiscard]] std::string Folder() const {
    std::string path = directory_.File("");
    path.pop_back();
    return path;
  }
  [[nodiscard]] std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(Folder()))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryDirectory directory_;
};

TEST_F(FileStoreTest, AFileIsForItsOwnerOnlyWhateverTheMask) {
  const mode_t mask = umask(0);
  FileStore files(Options());
  EXPECT_EQ(files.Write("service-tasks-1-T", ".txt", "text"), "");
  umask(mask);
  struct stat status {};
  ASSERT_EQ(stat(directory_.File("service-tasks-1-T.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(ReadFile(directory_.File("service-tasks-1-T.txt")), "text");
  EXPECT_THAT(Names(), ElementsAre("service-tasks-1-T.txt"));
}

TEST_F(FileStoreTest, NamesTellWhatWhoAndWhen) {
  const FileStore files(Options());
  EXPECT_EQ(files.Stem("tasks",
                       std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000))),
            "service-tasks-" + std::to_string(getpid()) + "-20231114T221320.000Z");
}

TEST_F(FileStoreTest, NoSymbolicLinkIsFollowedOrReplaced) {
  const std::string victim = directory_.File("victim");
  std::ofstream(victim) << "precious";
  for (const char* name : {"service-tasks-1-T.txt", ".service-tasks-2-T.txt.part"})
    ASSERT_EQ(symlink(victim.c_str(), directory_.File(name).c_str()), 0);
  FileStore files(Options());
  for (const char* stem : {"service-tasks-1-T", "service-tasks-2-T"})
    EXPECT_THAT(files.Write(stem, ".txt", "text"), HasSubstr("cannot be written: File exists"));
  EXPECT_EQ(ReadFile(victim), "precious");
  EXPECT_THAT(Names(),
              ElementsAre(".service-tasks-2-T.txt.part", "service-tasks-1-T.txt", "victim"));
}

TEST_F(FileStoreTest, AFolderThatIsASymbolicLinkIsRefused) {
  const std::string link = directory_.File("link");
  ASSERT_EQ(symlink("/tmp", link.c_str()), 0);
  FileOptions options = Options();
  options.folder = link;
  EXPECT_THROW(FileStore files(options), std::runtime_error);
  options.folder = directory_.File("none");
  EXPECT_THROW(FileStore files(options), std::runtime_error);
}

TEST_F(FileStoreTest, BadOptionsThrow) {
  FileOptions options = Options();
  options.name = "a/b";
  EXPECT_THROW(FileStore files(options), std::invalid_argument);
  options.name = ".hidden";
  EXPECT_THROW(FileStore files(options), std::invalid_argument);
  options = Options();
  options.most_files = 0;
  EXPECT_THROW(FileStore files(options), std::invalid_argument);
}

TEST_F(FileStoreTest, FilesOfEverySuffixCount) {
  FileOptions options = Options();
  options.most_files = 1;
  FileStore files(options);
  for (const char* suffix : {".json", ".pb.gz", "-hour.html", "-before.txt", "-after.txt", ".txt"})
    EXPECT_EQ(files.Write(StemAt("watch", 1), suffix, "text"), "");
  EXPECT_THAT(Names(), ElementsAre(StemAt("watch", 1) + ".txt"));
}

TEST_F(FileStoreTest, TheOldestGoWhenThereAreTooMany) {
  FileOptions options = Options();
  options.most_files = 3;
  FileStore files(options);
  for (int n = 1; n <= 5; ++n) {
    EXPECT_EQ(files.Write(StemAt("tasks", n), ".txt", "text"), "");
    // The clock of file systems stands still for some milliseconds.
    const auto path = directory_.File(StemAt("tasks", n) + ".txt");
    const timespec times[2] = {{n, 0}, {n, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  EXPECT_THAT(Names(), ElementsAre(StemAt("tasks", 3) + ".txt", StemAt("tasks", 4) + ".txt",
                                   StemAt("tasks", 5) + ".txt"));
}

TEST_F(FileStoreTest, TheOldestGoWhenTheyAreTooLargeAndTheNewestStays) {
  FileOptions options = Options();
  options.most_bytes = 1000;
  FileStore files(options);
  EXPECT_EQ(files.Write(StemAt("dump", 1), ".txt", std::string(600, 'a')), "");
  EXPECT_EQ(files.Write(StemAt("dump", 2), ".txt", std::string(600, 'b')), "");
  EXPECT_EQ(files.Write(StemAt("dump", 3), ".txt", std::string(5000, 'c')), "");
  EXPECT_THAT(Names(), ElementsAre(StemAt("dump", 3) + ".txt"));
}

TEST_F(FileStoreTest, FilesOfOthersAreLeftAlone) {
  const std::vector<std::string> others = {
      "service-tasks.txt",
      "service-notes-1.txt",
      "services-tasks-1-20260131T120000.250Z.txt",
      std::string(kStem) + ".log",
      std::string(kStem) + "-notes.txt",
      "service-watch-tasks-77-20260101T000000.000Z.txt",  // of the service "service-watch"
      "service-watch-list.json",
      "service-dump-of-database.json",
      "service-tasks--20260131T120000.250Z.txt",
      "service-tasks-1-20260131T120000.25Z.txt",
  };
  for (const std::string& name : others) std::ofstream(directory_.File(name)) << "other";
  FileOptions options = Options();
  options.most_files = 1;
  FileStore files(options);
  for (int n = 1; n <= 3; ++n) EXPECT_EQ(files.Write(StemAt("tasks", n), ".txt", "text"), "");
  for (const std::string& name : others)
    EXPECT_EQ(ReadFile(directory_.File(name)), "other") << name;
  EXPECT_EQ(Names().size(), others.size() + 1);
}

}  // namespace
}  // namespace taskleak::live
