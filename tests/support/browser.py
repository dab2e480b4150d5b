"""Chromium, spoken to in its DevTools protocol through a pair of pipes (--remote-debugging-pipe)."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
# Chromium reads commands from descriptor 3 and writes answers to 4. This moves them there, whichever they were.
START = """import fcntl, os, sys
pipes = [fcntl.fcntl(int(number), fcntl.F_DUPFD_CLOEXEC, 10) for number in sys.argv[1:3]]
for number, pipe in enumerate(pipes, 3):
    os.dup2(pipe, number)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find():
    """Returns the program. Without one, exits with 77, which CTest takes for a skipped test."""
    program = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if program is None:
        print("skipped: there is no Chromium here (Debian's package chromium)")
        sys.exit(SKIPPED)
    return program


class Browser:
    """A page in a separate Chromium."""

    def __init__(self, program, profile):
        to_browser, commands = os.pipe()
        answers, from_browser = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, str(to_browser), str(from_browser), program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.commands, self.answers = os.fdopen(commands, "wb"), os.fdopen(answers, "rb")
        self.buffer, self.last, self.events, self.session = b"", 0, [], None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def receive(self):
        while b"\0" not in self.buffer:
            more = self.answers.read1(1 << 20)
            if not more:
                sys.exit("Chromium has ended")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.last += 1
        command = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        self.commands.write(json.dumps(command).encode() + b"\0")
        self.commands.flush()
        while True:
            message = self.receive()
            if message.get("id") == self.last:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.await_load()

    def await_load(self):
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())

    def look(self, width, dark):
        """Sets the width of pages, and dark or light, from now on."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def screenshot(self, path):
        """Returns a picture of the whole page as PNG."""
        width, height = self.ask("[window.innerWidth, Math.min(document.documentElement.scrollHeight, 6000)]")
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
        pathlib.Path(path).write_bytes(base64.b64decode(picture["data"]))

    def ask(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            sys.exit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, key):
        text = {"Enter": {"text": "\r", "windowsVirtualKeyCode": 13}, "Escape": {}}.get(key, {"text": key})
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def complaints(self):
        """Returns the messages on the console, and thrown errors, since the page was opened."""
        said = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [event for event in self.events if event.get("method") in said]

    def close(self):
        self.call("Browser.close")
        self.process.wait(30)
        self.commands.close()
        self.answers.close()
