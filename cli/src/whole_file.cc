#include "whole_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

namespace taskleak::cli {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20U;

}  // namespace

WholeFile::WholeFile(std::string path) : path_(std::move(path)) {
  if (path_ != "-") file_.emplace(path_);
}

void WholeFile::Append(std::string_view text) {
  if (file_) return file_->Append(text);
  if (error_ == 0 && std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    error_ = errno;
}

std::string WholeFile::Commit() {
  if (file_) {
    file_->Sync();
    error_ = file_->Commit();
  } else if (std::fflush(stdout) != 0 && error_ == 0) {
    error_ = errno;
  }
  if (error_ == 0) return {};
  return fmt::format("cannot write {}: {}", file_ ? path_ : "to standard output",
                     std::generic_category().message(error_));
}

std::string WriteWhole(const std::string& path, std::string_view text) {
  WholeFile file(path);
  file.Append(text);
  return file.Commit();
}

std::string ReadWhole(const std::string& path, std::string* text) {
  errno = 0;
  const bool standard_input = path == "-";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      standard_input ? stdin : std::fopen(path.c_str(), "rb"),
      standard_input ? [](std::FILE*) { return 0; } : std::fclose);
  if (file == nullptr) return std::generic_category().message(errno);
  std::size_t size = 0;
  do {
    text->resize(size + kBlock);
    size += std::fread(text->data() + size, 1, kBlock, file.get());
  } while (size == text->size());
  text->resize(size);
  if (std::ferror(file.get()) == 0) return {};
  return std::generic_category().message(errno != 0 ? errno : EIO);
}

}  // namespace taskleak::cli
