// Coroutines as programs write them, which know nothing of taskleak. Compiled by several compilers,
// with and without optimization; the tests are compiled once.
#ifndef TASKLEAK_TESTS_ANY_COROUTINE_COROUTINES_H_
#define TASKLEAK_TESTS_ANY_COROUTINE_COROUTINES_H_

#include <functional>
#include <memory>

namespace orders {

/// Coroutines that were started, and what is needed to end them.
class Kept {
 public:
  virtual ~Kept() = default;
  /// Lets what they wait for happen.
  virtual void Set() = 0;
};

// Where coroutines await, for comparison with reports.
extern const int kLeafLine;
extern const int kMiddleLine;
extern const int kOuterLine;
extern const int kEagerLine;
extern const int kSecondLine;
extern const int kChildOfAllLine;

/// Outer() awaits Middle(), which awaits Leaf(), which awaits an event.
std::unique_ptr<Kept> StartChain();
/// Lazy() is never started.
std::unique_ptr<Kept> CreateLazy();
/// Starts when it is created, and awaits an event; then it awaits again.
std::unique_ptr<Kept> StartEager();
/// Numbers() has finished, and its generator is kept.
std::unique_ptr<Kept> FinishGenerator();
/// WhenAll() awaits two children at once, which point to a counter in its frame.
std::unique_ptr<Kept> StartAll();
/// Two that were started, one that holds the other without awaiting it.
std::unique_ptr<Kept> StartUnawaited();
/// First() and Second() await each other.
std::unique_ptr<Kept> StartCircle();
/// A template's, a lambda's, a static member's.
std::unique_ptr<Kept> StartKinds();
/// Pooled() has a frame from a static pool, to which it is given back without being wiped.
std::unique_ptr<Kept> StartPooled();
/// True if GCC compiled the coroutines.
extern const bool kIsGcc;
// Whether the place where a frame keeps its index is found in the code.
extern const bool kIndexIsFound;
/// Calls `block` from a coroutine that was started in the calling thread.
void RunInCoroutine(const std::function<void()>& block);

enum class Order { kForward, kBackward, kRandom };
/// Creates `count` coroutines with a frame of at least `size` bytes, starts them and destroys them.
void ComeAndGo(int count, int size, Order order);
/// Creates `count` of them that end by themselves.
void ComeAndEnd(int count);
/// Creates coroutines that call others, which the compiler may make part of their frames.
void RunElided();

}  // namespace orders

#endif  // TASKLEAK_TESTS_ANY_COROUTINE_COROUTINES_H_
