#include "linux/proc/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace taskleak::platform {

Result<std::string_view> ReadProcFile(int dir_fd, const char* path, char* buffer,
                                      std::size_t size) {
  const int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error::OfLastCall();
  auto text = ReadOpenProcFile(fd, buffer, size);
  close(fd);
  return text;
}

Result<std::string_view> ReadOpenProcFile(int fd, char* buffer, std::size_t size) {
  ssize_t n = 0;
  do {
    n = pread(fd, buffer, size, 0);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return Error::OfLastCall();
  return std::string_view(buffer, static_cast<std::size_t>(n));
}

Result<std::size_t> ReadPiece(int fd, char* buffer, std::size_t size) {
  ssize_t n = 0;
  do {
    n = read(fd, buffer, size);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return Error::OfLastCall();
  return static_cast<std::size_t>(n);
}

Result<std::string> ReadWholeProcFile(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error::OfLastCall();
  std::string text;
  std::array<char, 16384> buffer;
  Result<std::size_t> length = ReadPiece(fd, buffer.data(), buffer.size());
  for (; length && *length > 0; length = ReadPiece(fd, buffer.data(), buffer.size()))
    text.append(buffer.data(), *length);
  close(fd);
  if (!length) return length.error();
  return text;
}

void NumberReader::SkipBlanks() {
  while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) text_.remove_prefix(1);
}

std::optional<std::uint64_t> NumberReader::Next(int base) {
  SkipBlanks();
  if (base == 16 && text_.substr(0, 2) == "0x") text_.remove_prefix(2);
  const bool negative = !text_.empty() && text_.front() == '-';
  if (negative) text_.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value, base);
  if (error != std::errc()) return std::nullopt;
  text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
  return negative ? 0 - value : value;
}

void NumberReader::SkipCharacter(char character) {
  if (!text_.empty() && text_.front() == character) text_.remove_prefix(1);
}

void NumberReader::Skip(int count) {
  for (; count > 0; --count) {
    SkipBlanks();
    text_.remove_prefix(std::min(text_.find(' '), text_.size()));
  }
}

}  // namespace taskleak::platform
