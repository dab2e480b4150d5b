// Hand-made leak reports.
#ifndef TASKLEAK_TESTS_CORE_REPORT_MADE_REPORTS_H_
#define TASKLEAK_TESTS_CORE_REPORT_MADE_REPORTS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::report {

inline Frame UserFrame(std::string function, std::string file = "", int line = 0) {
  Frame frame;
  frame.address = 0x55d0c0de1000;
  frame.function = std::move(function);
  frame.file = std::move(file);
  frame.line = line;
  frame.module = "pool_test";
  frame.module_offset = 0x1000;
  return frame;
}

inline Frame RuntimeFrame(std::string function, std::string module = "libc.so.6",
                          std::string file = "", int line = 0) {
  Frame frame = UserFrame(std::move(function), std::move(file), line);
  frame.module = std::move(module);
  frame.runtime = true;
  return frame;
}

// Adds the frames below the start routine of each std::thread.
inline void AddThreadMachinery(std::vector<Frame>* frames) {
  const std::string header = "/usr/include/c++/12/bits/std_thread.h";
  frames->push_back(
      RuntimeFrame("void std::__invoke_impl<void, Lambda>(std::__invoke_other, "
                   "Lambda&&)",
                   "pool_test", "/usr/include/c++/12/bits/invoke.h", 61));
  frames->push_back(
      RuntimeFrame("std::thread::_State_impl<Lambda>::_M_run()", "pool_test", header, 210));
  frames->push_back(RuntimeFrame("", "libstdc++.so.6.0.30"));
  frames->push_back(RuntimeFrame("start_thread"));
  frames->push_back(RuntimeFrame("clone3"));
}

// Adds the frames below the body of each test.
inline void AddTestMachinery(std::vector<Frame>* frames) {
  frames->push_back(
      UserFrame("void testing::internal::HandleExceptionsInMethodIfSupported"
                "<testing::Test, void>(testing::Test*, void (testing::Test::*)(), "
                "char const*)"));
  frames->push_back(UserFrame("testing::Test::Run() [clone .part.0]"));
  frames->push_back(UserFrame("testing::UnitTest::Run()"));
  frames->push_back(UserFrame("main", "tests/main.cc", 9));
  frames->push_back(RuntimeFrame("__libc_start_main"));
  frames->push_back(RuntimeFrame("_start", "pool_test"));
}

inline Stack WorkerStack() {
  std::vector<Frame> frames = {
      RuntimeFrame("__futex_abstimed_wait_common"),
      RuntimeFrame("pthread_cond_wait"),
      RuntimeFrame("std::condition_variable::wait(std::unique_lock<std::mutex>&)",
                   "libstdc++.so.6.0.30"),
      RuntimeFrame("void std::condition_variable::wait<pool::WorkerPool::Run()::{lambda()#1}>("
                   "std::unique_lock<std::mutex>&, pool::WorkerPool::Run()::{lambda()#1})",
                   "pool_test", "/usr/include/c++/12/condition_variable", 102),
      UserFrame("pool::WorkerPool::Run()", "src/pool.cc", 63),
      UserFrame("pool::WorkerPool::Start(int)::{lambda()#1}::operator()() const", "src/pool.cc",
                42)};
  AddThreadMachinery(&frames);
  return Stack(std::move(frames));
}

inline Stack CreationStack() {
  std::vector<Frame> frames = {
      RuntimeFrame("pthread_create"), RuntimeFrame("", "libstdc++.so.6.0.30"),
      RuntimeFrame("std::thread::thread<Lambda>(Lambda&&)", "pool_test",
                   "/usr/include/c++/12/bits/std_thread.h", 143),
      UserFrame("pool::WorkerPool::Start(int)", "src/pool.cc", 41),
      UserFrame("WorkerPool_Restarts_Test::TestBody()", "tests/pool_test.cc", 17)};
  AddTestMachinery(&frames);
  return Stack(std::move(frames));
}

inline Unit Worker(int id) {
  Unit unit;
  unit.id = id;
  unit.name = "pool-worker";
  unit.state = WaitState::kCondvar;
  unit.stack = WorkerStack();
  unit.created_by = CreationStack();
  unit.origin = "WorkerPool.Restarts";
  unit.age = std::chrono::milliseconds(1003);
  return unit;
}

inline LeakGroup Workers(int count) {
  LeakGroup group;
  for (int i = 0; i < count; ++i) group.units.push_back(Worker(4121 + i));
  group.signature = "5f1c09aa31d2";
  group.hint = "tell them to stop, notify the condition variable, and join them";
  group.ignore = {"thread_name:pool-worker", "created_by:pool::WorkerPool::Start",
                  "signature:5f1c09aa31d2"};
  return group;
}

inline LeakGroup Server() {
  Unit unit;
  unit.id = 4129;
  unit.name = "http";
  unit.state = WaitState::kAccept;
  unit.detail = "descriptor 5, listening TCP 127.0.0.1:8080";
  unit.stack = Stack({RuntimeFrame("accept"), UserFrame("net::Server::Listen()", "src/net.cc", 88),
                      UserFrame("net::Server::Run(std::__cxx11::basic_string<char, "
                                "std::char_traits<char>, std::allocator<char> > const&, int)",
                                "src/net.cc", 120),
                      RuntimeFrame("start_thread"), RuntimeFrame("clone3")});
  unit.age = std::chrono::milliseconds(1250);
  LeakGroup group;
  group.units = {unit};
  group.signature = "aabbccddeeff";
  group.hint = "stop the server before the test ends";
  group.ignore = {"thread_name:http", "signature:aabbccddeeff"};
  return group;
}

inline Unit LockWaiter(int id, std::string name, std::uintptr_t lock, std::string function) {
  Unit unit;
  unit.id = id;
  unit.name = std::move(name);
  unit.state = WaitState::kMutex;
  unit.waits_at = lock;
  unit.stack = Stack({RuntimeFrame("pthread_mutex_lock"),
                      UserFrame(std::move(function), "src/bank.cc", id - 4100)});
  return unit;
}

inline void HoldsFor(const Unit& holder, Unit* waiter) {
  waiter->held_by = Holder{holder.id, holder.name, false, holder.state, holder.stack};
}

inline Deadlock LockCycle() {
  Unit a = LockWaiter(4129, "transfer", 0x55c0, "bank::Transfer(Account&, Account&)");
  Unit b = LockWaiter(4130, "audit", 0x55e8, "bank::Audit()");
  HoldsFor(b, &a);
  HoldsFor(a, &b);
  return {Deadlock::Kind::kCycle, {a, b}};
}

inline Deadlock AbandonedMutex() {
  Unit unit = LockWaiter(4131, "late", 0x5610, "bank::Close()");
  unit.held_by = Holder{4128, "gone", true, WaitState::kOther, {}};
  return {Deadlock::Kind::kOwnerEnded, {unit}};
}

inline LeakReport TwoLeaks() {
  LeakReport report;
  report.verdict = Verdict::kLeak;
  report.test = "WorkerPool.Restarts";
  report.waited = std::chrono::milliseconds(1000);
  report.groups = {Workers(8), Server()};
  return report;
}

}  // namespace taskleak::report

#endif  // TASKLEAK_TESTS_CORE_REPORT_MADE_REPORTS_H_
