// A series of looks, and what they show.
#ifndef TASKLEAK_LIVE_SRC_RECORDING_H_
#define TASKLEAK_LIVE_SRC_RECORDING_H_

#include <string>

#include "file_store.h"
#include "history.h"
#include "taskleak/live/capture.h"

namespace taskleak::live {

/// Its memory is bounded: the first look, the last one, and counts in between. Not thread-safe.
class Recording {
 public:
  /// Takes the first look.
  Recording();

  void Look();
  /// Takes the last look and writes the files. Returns why that failed, or an empty text.
  std::string Finish(FileStore& files);

 private:
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::string Json() const;

  History history_;
  CapturePtr first_;
  CapturePtr last_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_RECORDING_H_
