#include "check/wait_state.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "symbolize/function_name.h"

namespace taskleak::check {
namespace {

constexpr std::uint32_t kContendedMutex = 2;  // a lock's value when somebody waits for it

// What a wait inside one of these functions is. The innermost one that is known decides.
constexpr std::array<std::pair<std::string_view, WaitState>, 30> kFunctions{{
    {"pthread_cond_wait", WaitState::kCondvar},
    {"pthread_cond_timedwait", WaitState::kCondvar},
    {"pthread_cond_clockwait", WaitState::kCondvar},
    {"cnd_wait", WaitState::kCondvar},
    {"cnd_timedwait", WaitState::kCondvar},
    {"std::condition_variable::wait", WaitState::kCondvar},
    {"pthread_mutex_lock", WaitState::kMutex},
    {"pthread_mutex_lock_full", WaitState::kMutex},
    {"pthread_mutex_timedlock", WaitState::kMutex},
    {"pthread_mutex_clocklock", WaitState::kMutex},
    {"pthread_mutex_clocklock_common", WaitState::kMutex},
    {"pthread_mutex_cond_lock", WaitState::kMutex},
    {"lll_lock_wait", WaitState::kMutex},
    {"lll_lock_wait_private", WaitState::kMutex},
    {"pthread_rwlock_rdlock", WaitState::kRwlock},
    {"pthread_rwlock_wrlock", WaitState::kRwlock},
    {"pthread_rwlock_timedrdlock", WaitState::kRwlock},
    {"pthread_rwlock_timedwrlock", WaitState::kRwlock},
    {"pthread_rwlock_clockrdlock", WaitState::kRwlock},
    {"pthread_rwlock_clockwrlock", WaitState::kRwlock},
    {"sem_wait", WaitState::kSemaphore},
    {"sem_timedwait", WaitState::kSemaphore},
    {"sem_clockwait", WaitState::kSemaphore},
    {"pthread_join", WaitState::kJoin},
    {"pthread_timedjoin_np", WaitState::kJoin},
    {"pthread_clockjoin_np", WaitState::kJoin},
    {"std::thread::join", WaitState::kJoin},
    {"std::__atomic_futex_unsigned_base::_M_futex_wait_until", WaitState::kFuture},
    {"std::__detail::__platform_wait", WaitState::kAtomicWait},
    {"std::__atomic_wait_address_v", WaitState::kAtomicWait},
}};

// glibc gives its functions internal names too: __pthread_cond_wait, __GI___lll_lock_wait,
// __new_sem_wait_slow64.
std::string_view PublicName(std::string_view name) {
  if (name.starts_with("std::")) return name;
  constexpr std::string_view kInternal = "__GI_";
  if (name.starts_with(kInternal)) name.remove_prefix(kInternal.size());
  name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
  for (const std::string_view semaphore : {"new_sem_wait", "sem_wait"}) {
    if (name.starts_with(semaphore)) return "sem_wait";
  }
  return name;
}

Wait ByFunction(const ResolvedStack& stack) {
  Wait innermost = {WaitState::kFutex, {}};
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    const std::string_view name = PublicName(stack.plain_names[i]);
    for (const auto& [function, state] : kFunctions) {
      if (name != function) continue;
      innermost = {state, stack.stack[i].guessed ? std::string_view() : function};
      // Libc's own locks wait there too: who called it tells whether it is for a mutex.
      if (!function.starts_with("lll_")) return innermost;
    }
    if (!stack.stack[i].runtime) break;
  }
  return innermost;
}

// By the arguments alone; the values are those glibc 2.36 and libstdc++ 12 pass.
Wait ByArguments(const platform::BlockedAt& at, bool in_libc) {
  const auto operation = at.arguments[1];
  const auto expected = static_cast<std::uint32_t>(at.arguments[2]);
  const auto command = static_cast<int>(operation) & FUTEX_CMD_MASK;
  const bool shared = (operation & FUTEX_PRIVATE_FLAG) == 0;
  constexpr std::uint32_t kWaitingFuture = 0x80000000;
  if (command == FUTEX_WAIT && !shared && expected == kContendedMutex)
    return {WaitState::kMutex, {}};
  // Mutexes that the kernel knows, since they inherit priorities or are robust, are waited for in a
  // local function too. The value of a robust one names its owner.
  const std::string_view mutex_function = in_libc ? "pthread_mutex_lock" : "";
  const bool names_owner = (expected & FUTEX_WAITERS) != 0 && (expected & FUTEX_TID_MASK) != 0;
  if (command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2 ||
      (command == FUTEX_WAIT && names_owner && in_libc))
    return {WaitState::kMutex, mutex_function};
  if (command == FUTEX_WAIT && shared && expected == kWaitingFuture)
    return {WaitState::kFuture, {}};
  // The functions that wait for a mutex until some time call a local one in their place; sem_wait
  // does the same. Nothing else in libc waits with these values and leaves no name.
  if (command == FUTEX_WAIT_BITSET && !shared && in_libc) {
    if (expected == kContendedMutex) return {WaitState::kMutex, "pthread_mutex_clocklock"};
    if (expected == 0) return {WaitState::kSemaphore, {}};
  }
  // A join waits, shared with the kernel that will clear it, for the field with the joined thread's
  // id.
  if (command == FUTEX_WAIT_BITSET && shared && (operation & FUTEX_CLOCK_REALTIME) != 0)
    return {WaitState::kJoin, {}};
  return {WaitState::kFutex, {}};
}

// futex(2). Functions on the stack tell for sure.
Wait ClassifyFutex(const platform::BlockedAt& at, const ResolvedStack& stack) {
  const Wait by_function = ByFunction(stack);
  const auto command = static_cast<int>(at.arguments[1]) & FUTEX_CMD_MASK;
  // A condition variable is waited on with a bit set; a plain wait in there is for the mutex, after
  // the notification.
  if (by_function.state == WaitState::kCondvar && command == FUTEX_WAIT &&
      at.arguments[2] == kContendedMutex)
    return {WaitState::kMutex, by_function.function};
  if (by_function.state != WaitState::kFutex) return by_function;
  const bool in_libc = !stack.stack.empty() && symbolize::IsSystemModule(stack.stack[0].module);
  return ByArguments(at, in_libc);
}

constexpr std::array<std::pair<long, WaitState>, 40> kCalls{{
    {SYS_nanosleep, WaitState::kSleep},
    {SYS_clock_nanosleep, WaitState::kSleep},
    {SYS_poll, WaitState::kPoll},
    {SYS_ppoll, WaitState::kPoll},
    {SYS_epoll_wait, WaitState::kEpoll},
    {SYS_epoll_pwait, WaitState::kEpoll},
    {SYS_epoll_pwait2, WaitState::kEpoll},
    {SYS_select, WaitState::kSelect},
    {SYS_pselect6, WaitState::kSelect},
    {SYS_read, WaitState::kRead},
    {SYS_readv, WaitState::kRead},
    {SYS_pread64, WaitState::kRead},
    {SYS_preadv, WaitState::kRead},
    {SYS_preadv2, WaitState::kRead},
    {SYS_write, WaitState::kWrite},
    {SYS_writev, WaitState::kWrite},
    {SYS_pwrite64, WaitState::kWrite},
    {SYS_pwritev, WaitState::kWrite},
    {SYS_pwritev2, WaitState::kWrite},
    {SYS_accept, WaitState::kAccept},
    {SYS_accept4, WaitState::kAccept},
    {SYS_connect, WaitState::kConnect},
    {SYS_recvfrom, WaitState::kRecv},
    {SYS_recvmsg, WaitState::kRecv},
    {SYS_recvmmsg, WaitState::kRecv},
    {SYS_msgrcv, WaitState::kRecv},
    {SYS_mq_timedreceive, WaitState::kRecv},
    {SYS_sendto, WaitState::kSend},
    {SYS_sendmsg, WaitState::kSend},
    {SYS_sendmmsg, WaitState::kSend},
    {SYS_msgsnd, WaitState::kSend},
    {SYS_mq_timedsend, WaitState::kSend},
    {SYS_wait4, WaitState::kWaitChild},
    {SYS_waitid, WaitState::kWaitChild},
    {SYS_rt_sigtimedwait, WaitState::kSignalWait},
    {SYS_rt_sigsuspend, WaitState::kSignalWait},
    {SYS_pause, WaitState::kSignalWait},
    {SYS_semop, WaitState::kSemaphore},
    {SYS_semtimedop, WaitState::kSemaphore},
    {SYS_futex_waitv, WaitState::kFutex},
}};

}  // namespace

Wait ClassifyWait(const platform::BlockedAt& at, const ResolvedStack& stack) {
  if (at.running) return {WaitState::kRunning, {}};
  if (at.number == SYS_futex) return ClassifyFutex(at, stack);
  for (const auto& [number, state] : kCalls) {
    if (number == at.number) return {state, {}};
  }
  return {};
}

}  // namespace taskleak::check
