// The result of a function that can fail: a value, or why there is none.
#ifndef TASKLEAK_SRC_BASE_RESULT_H_
#define TASKLEAK_SRC_BASE_RESULT_H_

#include <cerrno>
#include <optional>
#include <utility>

namespace taskleak {

/// Says why something failed.
struct Error {
  int number = 0;  ///< an errno

  /// Returns the error of the call that has just failed.
  static Error OfLastCall() { return {errno}; }
  bool operator==(const Error&) const = default;
};

/// Holds a value, or why there is none. Used like a std::optional; allocates no memory itself.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(error) {}         // NOLINT(google-explicit-constructor)

  [[nodiscard]] explicit operator bool() const { return value_.has_value(); }
  [[nodiscard]] bool has_value() const { return value_.has_value(); }
  /// Returns the value, which must be there.
  [[nodiscard]] const T& operator*() const& { return *value_; }
  [[nodiscard]] T& operator*() & { return *value_; }
  [[nodiscard]] T&& operator*() && { return *std::move(value_); }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] T* operator->() { return &*value_; }
  [[nodiscard]] T value_or(T other) const& { return value_ ? *value_ : std::move(other); }
  [[nodiscard]] T value_or(T other) && { return value_ ? *std::move(value_) : std::move(other); }
  /// Returns why there is no value; meaningless if there is one.
  [[nodiscard]] Error error() const { return error_; }

  bool operator==(const T& value) const { return value_ == value; }
  bool operator==(const Result&) const = default;

 private:
  std::optional<T> value_;
  Error error_;
};

}  // namespace taskleak

#endif  // TASKLEAK_SRC_BASE_RESULT_H_
