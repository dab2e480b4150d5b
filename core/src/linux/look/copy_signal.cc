#include "linux/look/copy_signal.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>

#include "linux/arch/context.h"
#include "linux/arch/raw_call.h"
#include "linux/proc/clock.h"

namespace taskleak::platform {
namespace {

// Mirrors struct kernel_sigaction (include/uapi/asm-generic/signal.h and those of processors). The
// C library's sigaction() is not used: under ThreadSanitizer it defers handlers until the thread
// calls into its runtime, which a blocked thread does not.
struct KernelAction {
  void (*handler)(int, siginfo_t*, void*);
  unsigned long flags;
  void (*restorer)();
  std::uint64_t mask;
};
constexpr unsigned long kSaRestorer = 0x04000000;

// A request is one word, so that asking, taking, withdrawing and answering it are each one atomic
// step: the thread asked in the lower half, the phase and a serial number in the upper.
enum class Phase : std::uint64_t { kIdle, kAsked, kCopying, kCopied };
constexpr int kPhaseShift = 32;
constexpr int kSerialShift = 34;

constexpr std::uint64_t MakeWord(std::uint64_t serial, Phase phase, int tid) {
  return (serial << kSerialShift) | (static_cast<std::uint64_t>(phase) << kPhaseShift) |
         static_cast<std::uint32_t>(tid);
}
TASKLEAK_UNINSTRUMENTED Phase PhaseOf(std::uint64_t word) {
  return static_cast<Phase>((word >> kPhaseShift) & 3);
}

// These are static, because the handler may run when all else is gone.
std::uint64_t g_word = 0;      // atomic
std::uint32_t g_answers = 0;   // atomic, and a futex: counts answers
SignalCopy g_copy;             // written by the thread that set the word to kCopying
KernelAction g_previous = {};  // written only while our handler is not installed; `handler` atomic

TASKLEAK_UNINSTRUMENTED void CopyOwnStack(int tid, const ucontext_t& context) {
  std::uint64_t* const registers = reinterpret_cast<std::uint64_t*>(&g_copy.registers);
  CopyRegisters(context, registers);
  g_copy.base = registers[kStackPointer] - kRedZone;
  const long copied =
      CopyOwnMemory(tid, g_copy.base, reinterpret_cast<char*>(&g_copy.stack), kMostCopied);
  g_copy.size = copied < 0 ? 0 : static_cast<std::size_t>(copied);
}

TASKLEAK_UNINSTRUMENTED void AnswerIfAsked(const ucontext_t& context) {
  const int tid = OwnTid();
  std::uint64_t asked = __atomic_load_n(&g_word, __ATOMIC_ACQUIRE);
  if (PhaseOf(asked) != Phase::kAsked ||
      static_cast<std::uint32_t>(asked) != static_cast<unsigned>(tid))
    return;
  const std::uint64_t step = std::uint64_t{1} << kPhaseShift;
  if (!__atomic_compare_exchange_n(&g_word, &asked, asked + step, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE))
    return;  // withdrawn
  CopyOwnStack(tid, context);
  __atomic_store_n(&g_word, asked + 2 * step, __ATOMIC_RELEASE);
  __atomic_add_fetch(&g_answers, 1, __ATOMIC_RELEASE);
  RawCall(SYS_futex, reinterpret_cast<long>(&g_answers), FUTEX_WAKE_PRIVATE, 1);
}

TASKLEAK_UNINSTRUMENTED void PassOn(int signal, siginfo_t* info, void* context) {
  // Read once: this may still run when the handler has been removed and is installed again.
  auto* const handler = __atomic_load_n(&g_previous.handler, __ATOMIC_ACQUIRE);
  const auto value = reinterpret_cast<std::uintptr_t>(handler);
  if (value == reinterpret_cast<std::uintptr_t>(SIG_DFL) ||
      value == reinterpret_cast<std::uintptr_t>(SIG_IGN))
    return;                        // ignored either way (signal(7))
  handler(signal, info, context);  // one without SA_SIGINFO ignores what it gets more
}

TASKLEAK_UNINSTRUMENTED void OnCopySignal(int signal, siginfo_t* info, void* context) {
  AnswerIfAsked(*static_cast<const ucontext_t*>(context));
  // Of several SIGURG that are pending only the first is delivered (signal(7)), so an answer may
  // have been given to the signal of another sender. That signal is still passed on.
  if (info->si_code != SI_QUEUE || info->si_value.sival_ptr != &g_word)
    PassOn(signal, info, context);
}

bool SetAction(const KernelAction* action, KernelAction* old) {
  return syscall(SYS_rt_sigaction, kCopySignal, action, old, sizeof old->mask) == 0;
}

bool Send(int tid) {
  siginfo_t info{};
  info.si_signo = kCopySignal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_ptr = &g_word;
  return syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, kCopySignal, &info) == 0;
}

// Returns true once the word is `copied`. Returns false after `patience`, and earlier if a signal
// or the answer to an earlier request ends the wait.
bool AwaitAnswer(std::uint64_t copied, std::chrono::microseconds patience) {
  timespec wait{};
  wait.tv_nsec = std::chrono::nanoseconds(patience).count();
  // Before the word: an answer is counted after the word is written.
  const std::uint32_t seen = __atomic_load_n(&g_answers, __ATOMIC_ACQUIRE);
  if (__atomic_load_n(&g_word, __ATOMIC_ACQUIRE) == copied) return true;
  syscall(SYS_futex, &g_answers, FUTEX_WAIT_PRIVATE, seen, &wait, nullptr, 0);
  return __atomic_load_n(&g_word, __ATOMIC_ACQUIRE) == copied;
}

}  // namespace

std::optional<Error> InstallCopyHandler() {
  KernelAction current{};
  if (!SetAction(nullptr, &current)) return Error::OfLastCall();
  if (current.handler == OnCopySignal) return std::nullopt;
  g_previous.flags = current.flags;
  g_previous.restorer = current.restorer;
  g_previous.mask = current.mask;
  __atomic_store_n(&g_previous.handler, current.handler, __ATOMIC_RELEASE);
  KernelAction ours{};
  ours.handler = OnCopySignal;
  ours.flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | kSaRestorer;
  ours.restorer = taskleak_signal_return;
  ours.mask = current.mask;
  if (!SetAction(&ours, &current)) return Error::OfLastCall();
  return std::nullopt;
}

void RemoveCopyHandler() {
  KernelAction current{};
  if (SetAction(nullptr, &current) && current.handler == OnCopySignal)
    SetAction(&g_previous, &current);
}

Patience::Patience(int tid, std::chrono::milliseconds time)
    : tid_(tid), start_(Clock::now()), time_(time), count_(ReadRunCount(tid)) {}

bool Patience::IsOver() const {
  constexpr std::chrono::seconds kLongest{1};
  const auto waited = Clock::now() - start_;
  if (waited < time_) return false;
  if (waited > kLongest || ReadRunCount(tid_) != count_) return true;
  const auto stat = ReadThreadStat(tid_);
  return !stat || stat->state != 'R';
}

Result<Answer> RequestCopy(int tid, Patience patience) {
  constexpr std::chrono::milliseconds kSlice{1};
  constexpr std::chrono::milliseconds kLastMoment{500};
  const std::uint64_t before = __atomic_load_n(&g_word, __ATOMIC_ACQUIRE);
  if (PhaseOf(before) == Phase::kCopying) return Answer::kNone;  // stopped in the handler
  const std::uint64_t serial = (before >> kSerialShift) + 1;
  const std::uint64_t copied = MakeWord(serial, Phase::kCopied, tid);
  __atomic_store_n(&g_word, MakeWord(serial, Phase::kAsked, tid), __ATOMIC_RELEASE);
  const bool sent = Send(tid);
  const Error error = Error::OfLastCall();
  bool ended = !sent && error.number == ESRCH;
  while (sent && !ended && !patience.IsOver()) {
    if (AwaitAnswer(copied, kSlice)) return Answer::kCopied;
    ended = HasEnded(tid);
  }
  std::uint64_t asked = MakeWord(serial, Phase::kAsked, tid);
  if (!__atomic_compare_exchange_n(&g_word, &asked, MakeWord(serial, Phase::kIdle, 0), false,
                                   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    // Taken at the last moment: the handler is short.
    const auto end = Clock::now() + kLastMoment;
    do {
      if (AwaitAnswer(copied, kSlice)) return Answer::kCopied;
    } while (Clock::now() < end);
  }
  if (ended) return Answer::kEnded;
  if (!sent) return error;
  return Answer::kNone;
}

const SignalCopy& LastCopy() { return g_copy; }

}  // namespace taskleak::platform
