#include "report/report_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "report/json_report.h"
#include "rules/start_folder.h"
#include "taskleak/internal/whole_file.h"

namespace taskleak::report {
namespace {

std::string Failure(const std::string& path, int error) {
  return fmt::format("cannot write the JSON report {}: {}", path,
                     std::generic_category().message(error));
}

// Returns the error with which a missing folder cannot be made, or 0.
int WhyNotMade(std::filesystem::path folder) {
  std::error_code ignored;
  while (!folder.empty() && !std::filesystem::exists(folder, ignored))
    folder = folder.parent_path();
  if (folder.empty()) folder = ".";
  if (!std::filesystem::is_directory(folder, ignored)) return ENOTDIR;
  return faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

std::string ReportPath(const std::string& path, pid_t pid) {
  const std::string id = std::to_string(pid);
  std::string result = path;
  for (std::size_t at = 0; (at = result.find("%p", at)) != std::string::npos; at += id.size())
    result.replace(at, 2, id);
  std::error_code ignored;
  const bool directory = result.ends_with('/') || std::filesystem::is_directory(result, ignored);
  if (!directory) return result;
  return fmt::format("{}{}taskleak-{}.json", result, result.ends_with('/') ? "" : "/", id);
}

ReportFile::ReportFile(const std::string& path)
    : path_(rules::FromStartFolder(path)),
      first_target_(ReportPath(path_, getpid())),
      first_pid_(getpid()),
      pid_(first_pid_),
      started_(std::chrono::steady_clock::now()) {}

void ReportFile::TestChecked(std::string_view scope) {
  const MutexLock lock(mutex_);
  StartAnewAfterFork();
  const auto ended = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  const auto [known, is_new] = checked_index_.try_emplace(std::string(scope), checked_.size());
  if (is_new) {
    checked_.push_back({.name = known->first, .ended = ended});
  } else {
    checked_[known->second].ended = ended;
    ++checked_[known->second].times;
  }
}

std::string ReportFile::Add(const LeakReport& report) {
  const MutexLock lock(mutex_);
  StartAnewAfterFork();
  reports_.push_back(report);
  return Write();
}

std::string ReportFile::Finish() {
  const MutexLock lock(mutex_);
  StartAnewAfterFork();
  return Write();
}

void ReportFile::StartAnewAfterFork() {
  if (pid_ == getpid()) return;
  pid_ = getpid();
  started_ = std::chrono::steady_clock::now();
  checked_.clear();
  checked_index_.clear();
  reports_.clear();
}

std::string ReportFile::CheckWritable() {
  const MutexLock lock(mutex_);
  StartAnewAfterFork();
  const std::string target = Target();
  const std::filesystem::path folder = std::filesystem::path(target).parent_path();
  std::error_code ignored;
  // A program that only lists its tests gets this far, and must not leave a folder.
  if (!folder.empty() && !std::filesystem::exists(folder, ignored)) {
    const int why = WhyNotMade(folder);
    return why == 0 ? std::string() : Failure(target, why);
  }
  return Replace(target, /*keep=*/false);
}

// Returns the path, or an empty text in a forked child that would overwrite its parent's report.
std::string ReportFile::Target() const {
  const std::string target = pid_ == first_pid_ ? first_target_ : ReportPath(path_, pid_);
  return pid_ != first_pid_ && target == first_target_ ? std::string() : target;
}

std::string ReportFile::Write() { return Replace(Target(), /*keep=*/true); }

std::string ReportFile::MakeFolderOf(const std::string& target) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(target).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  return error ? Failure(target, error.value()) : std::string();
}

std::string ReportFile::MakeFolder() {
  const MutexLock lock(mutex_);
  StartAnewAfterFork();
  return MakeFolderOf(Target());
}

// Writes the document beside `target`, and then replaces `target` or removes the document.
std::string ReportFile::Replace(const std::string& target, bool keep) {
  if (target.empty()) return {};
  if (std::string failure = MakeFolderOf(target); !failure.empty()) return failure;
  internal::WholeFile file(target);
  file.Append(JsonDocument(reports_, checked_, rules::CountSuppressionUse()));
  const int failed = keep ? file.Commit() : file.Close();
  return failed == 0 ? std::string() : Failure(target, failed);
}

}  // namespace taskleak::report
