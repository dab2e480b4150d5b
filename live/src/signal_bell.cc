#include "signal_bell.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <forward_list>
#include <stdexcept>
#include <string>

namespace taskleak::live {
namespace {

constexpr struct sigaction kNothing {};

// The data of one of the two signals for its handler.
struct Answered {
  std::atomic<int> signal{0};
  std::atomic<unsigned> count{0};
  std::atomic<const struct sigaction*> before{&kNothing};  // never freed: a handler may be late
};

// Used by handlers, so it is neither allocated nor ever destroyed.
struct State {
  sem_t wake;
  std::atomic<bool> taken{false};
  Answered dump;
  Answered record;
};

State& TheState() {
  static State* const state = [] {
    auto* const made = new State();
    sem_init(&made->wake, 0, 0);
    return made;
  }();
  return *state;
}

constinit std::atomic<State*> g_state{nullptr};  // set before the first handler is installed

void CallBefore(const struct sigaction& before, int signal, siginfo_t* info, void* context) {
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(signal, info, context);
  } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    before.sa_handler(signal);
  }
}

// Counts, posts and calls the previous handler. Async-signal-safe (sem_post(3) is in
// signal-safety(7)).
void Handle(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  State& state = *g_state.load();
  Answered& answered = signal == state.dump.signal.load() ? state.dump : state.record;
  answered.count.fetch_add(1);
  sem_post(&state.wake);
  errno = error;
  CallBefore(*answered.before.load(), signal, info, context);
}

// Keeps what is set for a signal as what is called after our handler. Makes no new copy of the
// same.
void KeepBefore(const struct sigaction& before, Answered& answered) {
  static auto* const kept = new std::forward_list<struct sigaction>();
  const auto is_same = [&before](const struct sigaction& other) {
    return std::memcmp(&other, &before, sizeof before) == 0;
  };
  auto found = std::find_if(kept->begin(), kept->end(), is_same);
  if (found == kept->end()) {
    kept->push_front(before);
    found = kept->begin();
  }
  answered.before.store(&*found);
}

void Install(int signal, Answered& answered) {
  answered.count.store(0);
  answered.signal.store(signal);  // also 0, in place of the signal of an earlier bell
  if (signal == 0) return;
  struct sigaction before {};
  if (sigaction(signal, nullptr, &before) != 0)
    throw std::invalid_argument("there is no signal " + std::to_string(signal));
  KeepBefore(before, answered);
  struct sigaction action {};
  action.sa_sigaction = Handle;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  if (sigaction(signal, &action, nullptr) != 0)
    throw std::invalid_argument("signal " + std::to_string(signal) + " cannot be handled");
}

// Restores the previous handler, unless the program has installed another one since.
void PutBack(int signal, const Answered& answered) {
  struct sigaction now {};
  if (signal != 0 && sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0 &&
      now.sa_sigaction == Handle)
    sigaction(signal, answered.before.load(), nullptr);
}

timespec At(std::chrono::milliseconds from_now) {
  timespec at{};
  clock_gettime(CLOCK_MONOTONIC, &at);
  const long long ns = at.tv_nsec + from_now.count() % 1000 * 1'000'000;
  at.tv_sec += static_cast<time_t>(from_now.count() / 1000 + ns / 1'000'000'000);
  at.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  return at;
}

}  // namespace

SignalBell::SignalBell(int dump, int record) : dump_(dump), record_(record) {
  if (dump != 0 && dump == record) throw std::invalid_argument("dump and record must differ");
  State& state = TheState();
  if (state.taken.exchange(true)) throw std::logic_error("there is one SignalDump already");
  g_state.store(&state);
  try {
    Install(dump_, state.dump);
    Install(record_, state.record);
  } catch (...) {
    PutBack(dump_, state.dump);
    state.taken.store(false);
    throw;
  }
}

SignalBell::~SignalBell() {
  State& state = TheState();
  PutBack(dump_, state.dump);
  PutBack(record_, state.record);
  state.taken.store(false);
}

Rung SignalBell::Wait(std::optional<std::chrono::milliseconds> most) {
  State& state = TheState();
  if (most) {
    const timespec end = At(*most);
    while (sem_clockwait(&state.wake, CLOCK_MONOTONIC, &end) != 0 && errno == EINTR) {
    }
  } else {
    while (sem_wait(&state.wake) != 0) {
    }
  }
  return {.dumps = state.dump.count.exchange(0), .records = state.record.count.exchange(0)};
}

void SignalBell::Wake() { sem_post(&TheState().wake); }

}  // namespace taskleak::live
