// Turns failures of a look into its result, so that a test fails instead of the program.
#ifndef TASKLEAK_SRC_RUN_GUARDED_H_
#define TASKLEAK_SRC_RUN_GUARDED_H_

#include <exception>
#include <new>

namespace taskleak::run {

/// Returns what `look` returns or, if it runs out of memory, what `no_memory` returns, which must
/// not need any. Lets other exceptions pass.
template <typename Look, typename NoMemory>
auto UnlessNoMemory(Look look, NoMemory no_memory) -> decltype(look()) {
  try {
    return look();
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
}

/// Does the same. Turns the text of any other exception, which a predicate of the program may
/// throw, into a result with `thrown`.
template <typename Look, typename NoMemory, typename Thrown>
auto UnlessItThrows(Look look, NoMemory no_memory, Thrown thrown) -> decltype(look()) {
  const auto or_thrown = [&]() -> decltype(look()) {
    try {
      return look();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      return thrown(error.what());
    }
  };
  return UnlessNoMemory(or_thrown, no_memory);
}

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_GUARDED_H_
