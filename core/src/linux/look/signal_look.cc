#include "linux/look/signal_look.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "linux/arch/interruption.h"
#include "linux/arch/registers.h"
#include "linux/look/copy_signal.h"
#include "linux/proc/memory.h"
#include "linux/proc/thread_info.h"
#include "linux/unwind/unwinder.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::platform {
namespace {

using Reason = Missing::Reason;

// A signal's frame alone can take 12 KiB (AT_MINSIGSTKSZ where the processor has AMX), and the
// handler below it some; how much of its stack a running thread has used is not known.
constexpr std::size_t kSmallestStack = std::size_t{64} << 10;

// A stack has room if its lowest pages were never touched.
constexpr std::size_t kRoomNeeded = std::size_t{16} << 10;

// The process that the program was started in: in a forked child any thread may be the first.
const pid_t g_program_pid = getpid();

// Returns the objection for the first thread, whose stack grows up to its limit (setrlimit(2),
// RLIMIT_STACK).
Missing ObjectionOfMainStack() {
  rlimit limit{};
  if (getpid() != g_program_pid || getrlimit(RLIMIT_STACK, &limit) != 0)
    return {Reason::kUnknownBounds};
  const std::string maps = internal::ReadMaps();
  for (const internal::Mapping& mapping : internal::ParseMaps(maps)) {
    if (!mapping.path.starts_with("[stack]")) continue;
    const std::size_t used = mapping.end - mapping.begin;
    const bool fits = limit.rlim_cur >= used && limit.rlim_cur - used >= kSmallestStack;
    return {fits ? Reason::kNothing : Reason::kMayBeFull};
  }
  return {Reason::kUnknownBounds};
}

// Returns true if the thread may have used its stack up to its end, now or earlier. mincore(2)
// shows which pages exist.
bool MayBeFull(const StackBounds& stack) {
  const std::uintptr_t page = PageSize();
  const std::uintptr_t first = (stack.begin + page - 1) / page * page;
  const std::size_t pages = (kRoomNeeded + page - 1) / page;
  std::array<unsigned char, kRoomNeeded / kSmallestPage> present{};
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return mincore(reinterpret_cast<void*>(first), pages * page, present.data()) != 0 ||
         std::any_of(present.begin(), present.begin() + pages,
                     [](unsigned char each) { return (each & 1) != 0; });
}

Missing ObjectionOfStack(int tid, StackFinder find_stack) {
  if (tid == getpid()) return ObjectionOfMainStack();
  const auto stack = find_stack == nullptr ? std::nullopt : find_stack(tid);
  if (!stack) return {Reason::kUnknownBounds};
  const std::size_t size = stack->end - stack->begin;
  if (size < kSmallestStack) return {.reason = Reason::kSmallStack, .stack_size = size};
  return {MayBeFull(*stack) ? Reason::kMayBeFull : Reason::kNothing};
}

// Returns true if the thread blocks the signal permanently. It blocks it for a moment while it
// starts, and while it is still in the handler of the previous request.
Result<bool> KeepsBlocking(int tid) {
  constexpr timespec kPause = {0, 100'000};
  const Patience moment(tid, std::chrono::milliseconds(20));
  for (;;) {
    const auto blocks = BlocksSignal(tid, kCopySignal);
    if (!blocks || !*blocks || moment.IsOver()) return blocks;
    nanosleep(&kPause, nullptr);
  }
}

// Returns why thread `tid` must not be sent the signal; nothing if it may.
Missing Objection(int tid, StackFinder find_stack) {
  const auto blocks = KeepsBlocking(tid);
  if (!blocks) return {Reason::kUnknownSignalMask};
  if (*blocks) return {Reason::kBlocksSignal};
  return ObjectionOfStack(tid, find_stack);
}

// Threads that the signal may still reach. They did not answer, or they answered to the signal of
// another sender. As long as there are any, our handler must stay installed, because another
// handler would not expect the signal.
class Unanswered {
 public:
  void Add(int tid) { tids_.push_back(tid); }
  bool None() {
    std::erase_if(tids_, [](int tid) { return !HasPending(tid, kCopySignal).value_or(false); });
    return tids_.empty();
  }

 private:
  std::vector<int> tids_;
};

Unanswered& OpenRequests() {
  static Unanswered* const unanswered = new Unanswered();
  return *unanswered;
}

Result<Answer> Ask(int tid) {
  if (const auto error = InstallCopyHandler()) return *error;
  const Result<Answer> answer = RequestCopy(tid, Patience(tid, std::chrono::milliseconds(100)));
  if (answer) OpenRequests().Add(tid);
  if (OpenRequests().None()) RemoveCopyHandler();
  return answer;
}

Registers RegistersOfLastCopy() {
  Registers registers;
  for (unsigned number = 0; number < kRegisterCount; ++number)
    registers.Set(number, LastCopy().registers[number]);
  return registers;
}

RawStack UnwindLastCopy(StackImage& image) {
  const SignalCopy& copy = LastCopy();
  image.Adopt(copy.base, copy.stack.data(), copy.size);
  return Unwind({RegistersOfLastCopy(), /*is_return_address=*/false}, image);
}

}  // namespace

ThreadLook LookBySignal(int tid, const BlockedLook& blocked, StackFinder find_stack,
                        StackImage& image) {
  ThreadLook look;
  look.at.running = true;
  const auto stat = ReadThreadStat(tid);
  look.gone = !stat || stat->exiting;
  if (look.gone) return look;
  Missing problem =
      stat->kernel_worker ? Missing{Reason::kKernelWorker} : Objection(tid, find_stack);
  if (problem.nothing()) {
    const Result<Answer> answer = Ask(tid);
    if (answer == Answer::kCopied) {
      look.stack = UnwindLastCopy(image);
      if (blocked.hidden()) {
        look.at = WhereInterrupted(RegistersOfLastCopy(), ReadMemory);
        look.hidden = blocked.failure.error;
      }
      return look;
    }
    look.gone = answer == Answer::kEnded;
    if (look.gone) return look;
    problem = answer ? Missing{Reason::kNoAnswer}
                     : Missing{.reason = Reason::kNotSent, .error = answer.error().number};
  }
  problem.not_blocked = blocked.failure;
  look.stack.missing = problem;
  return look;
}

}  // namespace taskleak::platform
