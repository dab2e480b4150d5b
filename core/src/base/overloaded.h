// Combines function objects into one, such as std::visit needs for the alternatives of a variant.
#ifndef TASKLEAK_SRC_BASE_OVERLOADED_H_
#define TASKLEAK_SRC_BASE_OVERLOADED_H_

namespace taskleak {

/// Calls the one of `Functions` that fits the argument best.
template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace taskleak

#endif  // TASKLEAK_SRC_BASE_OVERLOADED_H_
