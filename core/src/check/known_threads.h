// Background threads that well-known libraries keep and nobody is meant to end.
#ifndef TASKLEAK_SRC_CHECK_KNOWN_THREADS_H_
#define TASKLEAK_SRC_CHECK_KNOWN_THREADS_H_

#include <string>
#include <string_view>
#include <vector>

#include "taskleak/ignore.h"

namespace taskleak::check {

struct KnownThreads {
  std::string_view name;          // how options name the entry: "grpc"
  std::string_view what;          // for people
  std::vector<IgnoreRule> rules;  // any of them
};

/// The built-in list. Made once; immutable.
const std::vector<KnownThreads>& AllKnownThreads();

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_KNOWN_THREADS_H_
