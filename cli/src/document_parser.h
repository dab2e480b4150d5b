// The JSON parser's events, put together to the elements of the document's lists.
#ifndef TASKLEAK_CLI_DOCUMENT_PARSER_H_
#define TASKLEAK_CLI_DOCUMENT_PARSER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "run_report.h"

namespace taskleak::cli {

/// Builds one element at a time: memory is that of the largest element, not of the document. Those
/// of the list "checked", of which a run may have millions, are read without building anything.
class DocumentParser final : public nlohmann::json_sax<Json> {
 public:
  /// Gets each element of the lists at the document's top, and each other value there, under the
  /// key it stands under.
  using OnElement = std::function<void(const std::string& key, Json element)>;

  /// Gets each object of the list "checked"; what it does not have is as in a new CheckedScope.
  using OnChecked = std::function<void(report::CheckedScope scope)>;

  DocumentParser(OnElement on_element, OnChecked on_checked)
      : on_element_(std::move(on_element)), on_checked_(std::move(on_checked)) {}

  /// To be called after the parser has returned: hands over what is left of a document that breaks
  /// off within a test, if at least one of its groups is whole. Returns what was wrong, or an empty
  /// text.
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
  std::vector<Json*> open_;      // its containers that are open, from itself to the innermost
  std::string key_;              // of the next value in the innermost
  report::CheckedScope scope_;   // of "checked", under construction
  std::size_t scope_depth_ = 0;  // its containers that are open; 0 outside of one
  std::string key_of_open_;      // of the element's member that is open, if one is
  std::string error_;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_DOCUMENT_PARSER_H_
