// Builds the elements of a document's lists from the events of the JSON parser.
#ifndef TASKLEAK_CLI_DOCUMENT_PARSER_H_
#define TASKLEAK_CLI_DOCUMENT_PARSER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "run_report.h"

namespace taskleak::cli {

/// Builds one element at a time, so it needs memory for the largest element, not for the document.
/// A run may have millions of elements in the list "checked", so these are read without building
/// JSON values.
class DocumentParser final : public nlohmann::json_sax<Json> {
 public:
  /// Receives each element of the document's top-level lists, and each other top-level value, with
  /// its key.
  using OnElement = std::function<void(const std::string& key, Json element)>;

  /// Receives each object of the list "checked". Missing values are as in a new CheckedScope.
  using OnChecked = std::function<void(report::CheckedScope scope)>;

  DocumentParser(OnElement on_element, OnChecked on_checked)
      : on_element_(std::move(on_element)), on_checked_(std::move(on_checked)) {}

  /// Ends the document; call it after the parser has returned. If the document breaks off within a
  /// test, passes on the rest if at least one of the test's groups is complete. Returns what was
  /// wrong, or an empty text.
  std::string Finish();

  bool null() override { return Value(nullptr); }
  bool boolean(bool value) override { return Value(value); }
  bool number_integer(number_integer_t value) override { return Value(value); }
  bool number_unsigned(number_unsigned_t value) override;
  bool number_float(number_float_t value, const string_t&) override { return Value(value); }
  bool string(string_t& value) override;
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override;
  bool key(string_t& name) override;
  bool end_object() override { return End(); }
  bool start_array(std::size_t) override;
  bool end_array() override { return End(); }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override;

 private:
  enum class Level { kOutside, kDocument, kList };

  [[nodiscard]] bool InScope() const { return scope_depth_ != 0; }
  bool Value(Json value);
  bool Start(Json container);
  bool End();
  Json* Put(Json value);

  OnElement on_element_;
  OnChecked on_checked_;
  Level level_ = Level::kOutside;
  std::string list_;             // the key at the document's top
  Json element_;                 // under construction
  std::vector<Json*> open_;      // its open containers, from itself to the innermost
  std::string key_;              // of the next value in the innermost container
  report::CheckedScope scope_;   // of "checked", under construction
  std::size_t scope_depth_ = 0;  // its containers that are open; 0 outside of one
  std::string key_of_open_;      // of the element's member that is open, if one is
  std::string error_;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_DOCUMENT_PARSER_H_
