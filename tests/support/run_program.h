// Runs a test program as a child process.
#ifndef TASKLEAK_TESTS_SUPPORT_RUN_PROGRAM_H_
#define TASKLEAK_TESTS_SUPPORT_RUN_PROGRAM_H_

#include <map>
#include <string>
#include <vector>

namespace taskleak {

/// How a program ended and what it printed.
struct Outcome {
  int exit_code = -1;  ///< -1 if a signal ended it
  int signal = 0;
  std::string out;
  std::string err;
};

/// Runs `program` with `arguments`, in this process's environment without its TASKLEAK_OPTIONS and
/// GTEST_* variables, changed by `environment`. A program that has not ended after a minute
/// (testing::Stride() minutes) is killed (exit code 124).
[[nodiscard]] Outcome RunProgram(const std::string& program,
                                 const std::vector<std::string>& arguments,
                                 const std::map<std::string, std::string>& environment = {});

/// A directory of this process's own, removed with all its files at the end of its life.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// The content of a file; empty if there is none.
[[nodiscard]] std::string ReadFile(const std::string& path);

}  // namespace taskleak

#endif  // TASKLEAK_TESTS_SUPPORT_RUN_PROGRAM_H_
