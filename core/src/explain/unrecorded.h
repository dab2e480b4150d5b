// What is missing where there was no memory for what the hooks record.
#ifndef TASKLEAK_SRC_EXPLAIN_UNRECORDED_H_
#define TASKLEAK_SRC_EXPLAIN_UNRECORDED_H_

#include <string>

namespace taskleak::explain {

/// Says which threads have no record; empty if all have one.
std::string DescribeUnrecorded();

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_UNRECORDED_H_
