#include "run/raw_report.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace taskleak::run {
namespace {

// Writes text to a file. Text that cannot be written is lost: nothing is left that could report it.
class RawText {
 public:
  explicit RawText(int fd) : fd_(fd) {}
  ~RawText() { Flush(); }
  RawText(const RawText&) = delete;
  RawText& operator=(const RawText&) = delete;

  RawText& operator<<(std::string_view text) {
    for (const char c : text) Put(c);
    return *this;
  }
  RawText& operator<<(std::uint64_t number) { return Number(number, 10); }
  RawText& Hex(std::uint64_t number) { return *this << "0x", Number(number, 16); }
  // Writes a JSON string. The encoding is not known beyond ASCII, so each other byte is written as
  // Latin-1.
  RawText& Quoted(std::string_view text) {
    *this << "\"";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      constexpr unsigned char kDelete = 0x7F;
      if (byte < ' ' || byte >= kDelete || c == '"' || c == '\\')
        *this << "\\u00" << std::string_view(&kDigits[byte / 16], 1)
              << std::string_view(&kDigits[byte % 16], 1);
      else
        Put(c);
    }
    return *this << "\"";
  }
  void Flush() {
    [[maybe_unused]] const ssize_t n = write(fd_, buffer_.data(), size_);
    size_ = 0;
  }

 private:
  static constexpr std::string_view kDigits = "0123456789abcdef";

  void Put(char c) {
    if (size_ == buffer_.size()) Flush();
    buffer_[size_++] = c;
  }
  RawText& Number(std::uint64_t number, int base) {
    std::array<char, 24> digits;
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
  }

  int fd_;
  std::array<char, 1024> buffer_;
  std::size_t size_ = 0;
};

void WriteFrame(RawText& out, const RawAddress& address, bool guessed) {
  const std::string_view file = address.module.substr(address.module.rfind('/') + 1);
  out << R"({"function": "", "file": "", "line": 0, "module": )";
  out.Quoted(file) << R"(, "module_offset": )" << std::uint64_t{address.offset}
                   << R"(, "inlined": false, "guessed": )" << (guessed ? "true" : "false")
                   << R"(, "runtime": false})";
}

struct RawJson {
  RawText out;
  std::uint64_t threads = 0;
};

void WriteStack(RawText& out, const RawThread& thread) {
  out << "[";
  for (std::size_t i = 0; i < thread.addresses.size(); ++i) {
    if (i > 0) out << ",\n   ";
    WriteFrame(out, thread.addresses[i], /*guessed=*/i > 0);
  }
  out << "]";
}

// Writes a group of its own for each thread: nothing is known that could combine two of them. It
// has all that a group of a full report has (JsonDocument), so that the same programs can read it.
void WriteGroup(void* context, const RawThread& thread) {
  auto& json = *static_cast<RawJson*>(context);
  RawText& out = json.out;
  const std::string_view state = thread.at.running ? "running" : "other";
  out << (json.threads++ == 0 ? "\n" : ",\n");
  out << R"(  {"kind": "thread", "count": 1, "signature": "", "former_signature": "", "part_of": "")"
      << R"(, "state": ")" << state
      << R"(", "detail": "", "origin": "", "deadlock": false, "hint": "")"
      << R"(, "units": [{"id": )" << static_cast<std::uint64_t>(thread.tid) << R"(, "name": )";
  out.Quoted(thread.name) << R"(, "state": ")" << state << R"(", "detail": "", "waits_at": "")"
                          << R"(, "held_by": null, "age_ms": 0}], "stack": )";
  WriteStack(out, thread);
  out << R"(, "stack_missing": "", "places": [{"count": 1, "state": ")" << state
      << R"(", "detail": "", "stack": )";
  WriteStack(out, thread);
  out << R"(}], "created_by": [], "ignore": []})";
}

}  // namespace

void WriteRawThread(int fd, const RawThread& thread) {
  RawText out(fd);
  out << "thread " << static_cast<std::uint64_t>(thread.tid) << " \"" << thread.name << "\" ";
  if (thread.unreadable)
    out << "cannot be read\n";
  else if (thread.at.running)
    out << "is running\n";
  else if (thread.at.number < 0)
    out << "is in a page fault at\n";
  else
    out << "is in system call " << static_cast<std::uint64_t>(thread.at.number) << " at\n";
  for (const RawAddress& address : thread.addresses) {
    out << "    ";
    out.Hex(address.address);
    if (!address.module.empty()) {
      out << "  " << address.module << "+";
      out.Hex(address.offset);
    }
    out << "\n";
  }
}

void WriteRawReport(int fd, std::string_view test) {
  RawText(fd)
      << "taskleak: " << test
      << " does not return, and the full report got stuck as well. All threads, with the "
         "words\non their stacks that look like return addresses (resolve MODULE+OFFSET with "
         "addr2line -Cfe MODULE OFFSET):\n";
  VisitRawThreads(
      [](void* file, const RawThread& thread) { WriteRawThread(*static_cast<int*>(file), thread); },
      &fd);
}

void WriteRawJson(int fd, std::string_view test) {
  RawJson json{.out = RawText(fd)};
  RawText& out = json.out;
  out << R"({"taskleak": ")" << TASKLEAK_VERSION << R"(", "schema": 1,)"
      << "\n"
      << R"( "tests": [{"test": )";
  out.Quoted(test) << R"(, "verdict": "hang", "phase": "", "waited_ms": 0, "standstill": "none")"
                   << R"(, "could_not_look": "", "deadlocks": [], "groups": [)";
  VisitRawThreads(WriteGroup, &json);
  out << R"(]}],)"
      << "\n"
      << R"( "checked": [{"test": )";
  out.Quoted(test) << R"(, "ended_ms": 0, "times": 1}],)"
                   << "\n"
                   << R"( "summary": {"tests": 1, "leaking_tests": 1, "groups": )" << json.threads
                   << R"(, "leaks": )" << json.threads << "},\n"
                   << R"( "suppressions": [],)"
                   << "\n"
                   << R"( "notes": ["the full report got stuck: all frames except the first are )"
                   << R"(guesses: words on the stack that look like return addresses"]})"
                   << "\n";
}

}  // namespace taskleak::run
