#include "any_coroutine/coroutines.h"

#include <algorithm>
#include <array>
#include <coroutine>
#include <exception>
#include <random>
#include <utility>
#include <vector>

#include "support/coroutines.h"

namespace orders {
namespace {

using Detached = DetachedOf<UntrackedPromise>;
using Generator = GeneratorOf<UntrackedPromise>;

/// Starts when it is awaited, and resumes what awaits it at its end.
class Task {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct Final {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle handle) const noexcept {
      const auto next = handle.promise().continuation;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  struct promise_type {
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() { return {}; }
    Final final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { error = std::current_exception(); }
    std::coroutine_handle<> continuation;
    std::exception_ptr error;
  };

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  void Start() { handle_.resume(); }
  [[nodiscard]] Handle handle() const { return handle_; }
  struct Awaiter {
    Handle handle;
    [[nodiscard]] bool await_ready() const { return handle.done(); }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) {
      handle.promise().continuation = awaiting;
      return handle;
    }
    void await_resume() const {}
  };
  Awaiter operator co_await() const { return {handle_}; }

 private:
  Handle handle_;
};

/// Starts at once, and is kept at its end.
struct Eager {
  struct promise_type {
    Eager get_return_object() {
      return Eager(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  explicit Eager(std::coroutine_handle<promise_type> its) : handle(its) {}
  Eager(Eager&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  Eager(const Eager&) = delete;
  Eager& operator=(const Eager&) = delete;
  ~Eager() {
    if (handle) handle.destroy();
  }
  std::coroutine_handle<promise_type> handle;
};

/// One of those that WhenAll awaits: counts down in the frame of that.
struct Part {
  struct Counter {
    int left = 0;
    std::coroutine_handle<> waiting;
  };
  struct promise_type {
    Part get_return_object() {
      return Part(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() { return {}; }
    auto final_suspend() noexcept {
      struct CountDown {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<promise_type> handle) const noexcept {
          Counter& counter = *handle.promise().counter;
          if (--counter.left == 0) counter.waiting.resume();
        }
        void await_resume() const noexcept {}
      };
      return CountDown();
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    Counter* counter = nullptr;
  };
  explicit Part(std::coroutine_handle<promise_type> its) : handle(its) {}
  Part(Part&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  ~Part() {
    if (handle) handle.destroy();
  }
  std::coroutine_handle<promise_type> handle;
};

/// Awaits all parts at once. Lives in the frame that awaits it.
struct All {
  std::vector<Part>& parts;
  Part::Counter counter{};
  [[nodiscard]] bool await_ready() const { return parts.empty(); }
  void await_suspend(std::coroutine_handle<> handle) {
    counter = {static_cast<int>(parts.size()), handle};
    for (Part& part : parts) part.handle.promise().counter = &counter;
    for (Part& part : parts) part.handle.resume();
  }
  void await_resume() const {}
};

template <typename Coroutine>
struct KeptOne : Kept {
  template <typename... Arguments>
  explicit KeptOne(Coroutine (*function)(Event&, Arguments...), Arguments... arguments)
      : coroutine(function(event, arguments...)) {}
  void Set() override { event.Set(); }

  Event event;
  Coroutine coroutine;
};

constexpr int kLeaf = __LINE__ + 3;
[[gnu::noinline]] Task Leaf(Event& event, int times) {
  while (times-- > 0) {
    co_await event;
  }
}
constexpr int kMiddle = __LINE__ + 3;
[[gnu::noinline]] Task Middle(Event& event) {
  const int number = 1;
  co_await Leaf(event, number);
}
constexpr int kOuter = __LINE__ + 1;
[[gnu::noinline]] Task Outer(Event& event) { co_await Middle(event); }
Task Lazy(Event& event) { co_await event; }
constexpr int kEager = __LINE__ + 2;
[[gnu::noinline]] Eager Await(Event& event) {
  co_await event;
  co_await std::suspend_always();
}

Generator Numbers(Event&) {
  co_yield 1;
  co_yield 2;
}

constexpr int kChildOfAll = __LINE__ + 1;
[[gnu::noinline]] Part ChildOfAll(Event& event) { co_await event; }
Task WhenAll(Event& event) {
  std::vector<Part> parts;
  for (int i = 0; i < 2; ++i) parts.push_back(ChildOfAll(event));
  co_await All{parts};
}

Eager HoldsUnawaited(Event& event) {
  const Eager child = Await(event);
  co_await event;
}

struct Circle : Kept {
  void Set() override {}
  std::vector<Task> tasks;
};
/// Awaits a coroutine that was started before.
struct Join {
  Task& task;
  [[nodiscard]] bool await_ready() const { return task.handle().done(); }
  void await_suspend(std::coroutine_handle<> awaiting) const {
    task.handle().promise().continuation = awaiting;
  }
  void await_resume() const {}
};
Task First(Circle& circle) { co_await Join{circle.tasks[1]}; }
Task Second(Circle& circle) { co_await Join{circle.tasks[0]}; }

/// Its frame comes from a pool that the allocator knows nothing of.
struct PooledJob {
  struct promise_type {
    static void* operator new(std::size_t) { return &Pool(); }
    static void operator delete(void*) {}
    PooledJob get_return_object() {
      return PooledJob(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }

   private:
    struct Memory {
      alignas(16) std::array<char, 4096> bytes;
    };
    static Memory& Pool() {
      static Memory memory;
      return memory;
    }
  };
  explicit PooledJob(std::coroutine_handle<promise_type> its) : handle(its) {}
  PooledJob(PooledJob&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  PooledJob(const PooledJob&) = delete;
  PooledJob& operator=(const PooledJob&) = delete;
  ~PooledJob() {
    if (handle) handle.destroy();
  }
  std::coroutine_handle<promise_type> handle;
};
[[gnu::noinline]] PooledJob Pooled(Event& event) { co_await event; }

struct Service {
  static Eager Serve(Event& event) { co_await event; }
};
template <typename T>
Eager Convert(Event& event, T value) {
  co_await event;
  static_cast<void>(value);
}
struct Kinds : Kept {
  void Set() override { event.Set(); }
  Event event;
  std::vector<Eager> coroutines;
};

[[gnu::noinline]] Task Calls(const std::function<void()>& block) {
  block();
  co_return;
}

template <std::size_t size>
Task WithBuffer(Event& event) {
  std::array<char, size> buffer{};
  buffer[size / 2] = 1;
  co_await event;
  buffer[0] = buffer[size / 2];
}
Detached Short(int& ended) {
  ++ended;
  co_return;
}
Detached Longer(Event& event, int& ended) {
  co_await event;
  ++ended;
}
Task Add(int& sum, int number) {
  sum += number;
  co_return;
}
Task AddTwice(int& sum, int number) {
  co_await Add(sum, number);
  co_await Add(sum, number);
}
Task Root(int& sum) {
  for (int i = 0; i < 10; ++i) co_await AddTwice(sum, i);
}

template <std::size_t size>
void ComeAndGo(int count, Order order) {
  Event event;
  std::vector<std::unique_ptr<Task>> tasks;
  for (int i = 0; i < count; ++i) {
    tasks.push_back(std::make_unique<Task>(WithBuffer<size>(event)));
    tasks.back()->Start();
  }
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same in every run
  if (order == Order::kBackward) std::reverse(tasks.begin(), tasks.end());
  if (order == Order::kRandom) std::shuffle(tasks.begin(), tasks.end(), random);
  for (auto& task : tasks) task.reset();
}

}  // namespace

const int kLeafLine = kLeaf;
const int kMiddleLine = kMiddle;
const int kOuterLine = kOuter;
const int kEagerLine = kEager;
const int kSecondLine = kEager + 1;
const int kChildOfAllLine = kChildOfAll;

std::unique_ptr<Kept> StartChain() {
  auto kept = std::make_unique<KeptOne<Task>>(Outer);
  kept->coroutine.Start();
  return kept;
}
std::unique_ptr<Kept> CreateLazy() { return std::make_unique<KeptOne<Task>>(Lazy); }
std::unique_ptr<Kept> StartEager() { return std::make_unique<KeptOne<Eager>>(Await); }
std::unique_ptr<Kept> FinishGenerator() {
  auto kept = std::make_unique<KeptOne<Generator>>(Numbers);
  while (kept->coroutine.Next()) {
  }
  return kept;
}
std::unique_ptr<Kept> StartAll() {
  auto kept = std::make_unique<KeptOne<Task>>(WhenAll);
  kept->coroutine.Start();
  return kept;
}
std::unique_ptr<Kept> StartUnawaited() { return std::make_unique<KeptOne<Eager>>(HoldsUnawaited); }
std::unique_ptr<Kept> StartCircle() {
  auto kept = std::make_unique<Circle>();
  kept->tasks.push_back(First(*kept));
  kept->tasks.push_back(Second(*kept));
  for (Task& task : kept->tasks) task.Start();
  return kept;
}
std::unique_ptr<Kept> StartKinds() {
  auto kept = std::make_unique<Kinds>();
  kept->coroutines.push_back(Convert(kept->event, std::vector<int>{1, 2}));
  kept->coroutines.push_back(Service::Serve(kept->event));
  const auto lambda = [](Event& event) -> Eager { co_await event; };
  kept->coroutines.push_back(lambda(kept->event));
  return kept;
}
std::unique_ptr<Kept> StartPooled() { return std::make_unique<KeptOne<PooledJob>>(Pooled); }
#ifdef __clang__
const bool kIsGcc = false;
const bool kIndexIsFound = !__has_feature(address_sanitizer);
#else
const bool kIsGcc = true;
const bool kIndexIsFound = true;
#endif
void RunInCoroutine(const std::function<void()>& block) {
  Task coroutine = Calls(block);
  coroutine.Start();
}

void ComeAndGo(int count, int size, Order order) {
  if (size <= 32) return ComeAndGo<8>(count, order);
  if (size <= 200) return ComeAndGo<150>(count, order);
  return ComeAndGo<2000>(count, order);
}
void ComeAndEnd(int count) {
  int ended = 0;
  Event event;
  for (int i = 0; i < count; ++i) Short(ended);
  for (int i = 0; i < count; ++i) Longer(event, ended);
  event.Set();
  if (ended != 2 * count) std::terminate();
}
void RunElided() {
  int sum = 0;
  Task root = Root(sum);
  root.Start();
  if (sum != 90) std::terminate();
}

}  // namespace orders
