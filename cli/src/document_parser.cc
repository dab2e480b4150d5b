#include "document_parser.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taskleak::cli {
namespace {

// The deepest nesting. It is much more than a report has, and stops documents that only open
// brackets.
constexpr std::size_t kDeepest = 32;

}  // namespace

bool DocumentParser::start_object(std::size_t) {
  if (level_ == Level::kList && open_.empty() && !InScope() && list_ == "checked") {
    scope_ = {};
    scope_depth_ = 1;
    return true;
  }
  if (level_ != Level::kOutside) return Start(Json::object());
  level_ = Level::kDocument;
  return true;
}

bool DocumentParser::start_array(std::size_t) {
  if (level_ != Level::kDocument || !open_.empty()) return Start(Json::array());
  level_ = Level::kList;
  return true;
}

bool DocumentParser::key(string_t& name) {
  (open_.empty() && !InScope() ? list_ : key_) = std::move(name);
  return true;
}

bool DocumentParser::string(string_t& value) {
  if (!InScope()) return Value(std::move(value));
  if (scope_depth_ == 1 && key_ == "test") scope_.name = std::move(value);
  return true;
}

bool DocumentParser::number_unsigned(number_unsigned_t value) {
  if (!InScope()) return Value(value);
  constexpr number_unsigned_t kMost = 1'000'000'000'000;  // thirty years of milliseconds
  if (scope_depth_ != 1) return true;
  if (key_ == "times") scope_.times = std::min(value, kMost);
  if (key_ == "ended_ms") {
    scope_.ended = std::chrono::milliseconds(
        static_cast<std::chrono::milliseconds::rep>(std::min(value, kMost)));
  }
  return true;
}

bool DocumentParser::Start(Json container) {
  if (level_ == Level::kOutside) {
    error_ = "a report is a JSON object";
    return false;
  }
  if (open_.size() == kDeepest || scope_depth_ == kDeepest) {
    error_ = "nested too deeply for a report";
    return false;
  }
  if (InScope()) {
    ++scope_depth_;
    return true;
  }
  if (open_.empty()) {
    element_ = std::move(container);
    open_.push_back(&element_);
  } else {
    if (open_.size() == 1) key_of_open_ = key_;
    open_.push_back(Put(std::move(container)));
  }
  return true;
}

bool DocumentParser::End() {
  if (InScope()) {
    if (--scope_depth_ == 0) on_checked_(std::move(scope_));
    return true;
  }
  if (open_.empty()) {
    level_ = level_ == Level::kList ? Level::kDocument : Level::kOutside;
    return true;
  }
  open_.pop_back();
  if (open_.empty()) on_element_(list_, std::move(element_));
  return true;
}

bool DocumentParser::Value(Json value) {
  if (InScope()) return true;
  if (!open_.empty()) {
    Put(std::move(value));
    return true;
  }
  if (level_ == Level::kOutside) {
    error_ = "a report is a JSON object";
    return false;
  }
  on_element_(list_, std::move(value));
  return true;
}

// Pointers into containers stay valid, because only the innermost one grows.
Json* DocumentParser::Put(Json value) {
  Json& container = *open_.back();
  if (container.is_array()) {
    container.push_back(std::move(value));
    return &container.back();
  }
  Json& slot = container[key_];
  slot = std::move(value);
  return &slot;
}

bool DocumentParser::parse_error(std::size_t, const std::string&,
                                 const nlohmann::detail::exception& error) {
  const std::string what = error.what();  // "[json...101] parse error at line 1, column 2: why"
  const std::size_t place = what.find(" at ");
  error_ = place == std::string::npos ? what : what.substr(place + std::string(" at ").size());
  return false;
}

// If containers of a test are still open, only the complete groups are used.
std::string DocumentParser::Finish() {
  if (!open_.empty() && list_ == "tests" && element_.is_object() && element_.contains("groups")) {
    Json& groups = element_["groups"];
    if (open_.size() > 1 && open_[1] != &groups) element_.erase(key_of_open_);
    if (open_.size() > 2 && open_[1] == &groups) groups.erase(groups.size() - 1);
    if (!groups.empty()) on_element_(list_, std::move(element_));
  }
  open_.clear();
  return error_;
}

}  // namespace taskleak::cli
