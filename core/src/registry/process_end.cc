#include "registry/process_end.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "taskleak/internal/process_end.h"

namespace taskleak::registry {
namespace {

// Holds text that may be read at any time, also from a signal handler: in memory that always
// exists, without a lock. Text that is read while it is written may be a mixture of both.
class SharedText {
 public:
  static constexpr std::size_t kMost = 240;

  void Store(std::string_view text) {
    text = text.substr(0, kMost);
    std::array<char, sizeof(std::uint64_t)> bytes;
    for (std::size_t i = 0; i * bytes.size() <= text.size(); ++i) {
      const std::string_view part = text.substr(i * bytes.size(), bytes.size());
      bytes.fill('\0');
      std::copy(part.begin(), part.end(), bytes.begin());
      words_[i].store(std::bit_cast<std::uint64_t>(bytes), std::memory_order_relaxed);
    }
  }

  /// Copies the text to `text`, which must have kRoom bytes. Returns its length.
  std::size_t Load(char* text) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const std::uint64_t word = words_[i].load(std::memory_order_relaxed);
      std::memcpy(text + i * sizeof word, &word, sizeof word);
    }
    return static_cast<std::size_t>(std::find(text, text + kRoom, '\0') - text);
  }

  static constexpr std::size_t kRoom = kMost + sizeof(std::uint64_t);

 private:
  std::array<std::atomic<std::uint64_t>, kRoom / sizeof(std::uint64_t)> words_{};
};

constinit std::atomic<pid_t> g_process{0};  // in which a scope is under way; 0: none is
constinit std::atomic<EarlyEnd> g_end{EarlyEnd::kFailure};
constinit SharedText g_scope;

// Collects one line and writes it in one piece.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    const std::size_t n = std::min(text.size(), text_.size() - size_);
    std::copy_n(text.data(), n, text_.data() + size_);
    size_ += n;
    return *this;
  }
  // Writes the line. What cannot be written is lost.
  void Write() const { static_cast<void>(!write(STDERR_FILENO, text_.data(), size_)); }

 private:
  std::array<char, 512> text_;
  std::size_t size_ = 0;
};

// Returns true for the first caller while a scope is under way in this process.
bool TakeOnce(std::string_view call) {
  pid_t process = getpid();
  if (!g_process.compare_exchange_strong(process, 0)) return false;
  std::array<char, SharedText::kRoom> scope;
  const std::string_view name(scope.data(), g_scope.Load(scope.data()));
  Line line;
  line << "taskleak: " << name << " ended the process with " << call
       << " before it was checked: nothing is known of its leaks, and no later test has run\n";
  line.Write();
  return true;
}

}  // namespace

void BeginUnfinished(std::string_view scope, EarlyEnd end, pid_t process) {
  g_process.store(0);
  g_scope.Store(scope);
  g_end.store(end);
  g_process.store(process);
}

void EndUnfinished() { g_process.store(0); }

bool TakeUnfinished(std::string_view call, Unfinished& unfinished) {
  if (!TakeOnce(call)) return false;
  std::array<char, SharedText::kRoom> scope;
  unfinished = {std::string(scope.data(), g_scope.Load(scope.data())), g_end.load()};
  return true;
}

}  // namespace taskleak::registry

namespace taskleak::internal {

int StatusAtEnd(int status) noexcept {
  const bool early = registry::TakeOnce("_exit()");
  const bool fails = early && registry::g_end.load() == registry::EarlyEnd::kFailure;
  return fails && status == EXIT_SUCCESS ? EXIT_FAILURE : status;
}

}  // namespace taskleak::internal
