#!/usr/bin/env python3
"""Opens HTML reports in Chromium, as files, and uses them: they render, filter, fold, and say nothing on the console.

Usage: check_html.py TASKLEAK_PROGRAM

Speaks Chromium's DevTools protocol through a pair of pipes (--remote-debugging-pipe). Without Chromium it exits with 77, which CTest
takes for a skipped test.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


class Browser:
    """A page of a Chromium of its own."""

    def __init__(self, program, profile):
        to_browser, commands = os.pipe()
        answers, from_browser = os.pipe()
        # It reads commands from descriptor 3 and writes answers to 4. The shell moves them there.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}', program, "--headless=new", "--no-sandbox", "--disable-gpu",
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

    def open(self, path):
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())

    def ask(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            sys.exit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, key):
        text = {"Enter": {"text": "\r", "windowsVirtualKeyCode": 13}, "Escape": {}}.get(key, {"text": key})
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def complaints(self):
        """What was said on the console, or thrown, since the page was opened."""
        said = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [event for event in self.events if event.get("method") in said]

    def close(self):
        self.call("Browser.close")
        self.process.wait(30)


def group(number):
    frames = [{"function": f"pool::Worker{number}::Run()", "file": "pool.cc", "line": number + 1, "module": "pool_test"}]
    return {"kind": "thread", "count": 2, "signature": f"{number:012x}", "state": "condvar", "detail": "<b>&", "origin": f"Pool.Test{number}",
            "deadlock": number == 0, "units": [{"id": 100 + number, "name": f"worker-{number}", "state": "condvar", "age_ms": 5}],
            "stack": frames, "created_by": frames, "ignore": [f"thread_name:worker-{number}"]}


def document(count):
    edges = [{"waiter": a, "waiter_name": f"t{a}", "holder": 3 - a, "holder_name": f"t{3 - a}", "state": "mutex", "waits_at": "0x10",
              "waiter_stack": [], "holder_stack": []} for a in (1, 2)]
    tests = [{"test": f"Pool.Test{i}", "verdict": "leak", "waited_ms": 10, "groups": [group(i)],
              "deadlocks": [{"kind": "cycle", "edges": edges}] if i == 0 else []} for i in range(count)]
    return {"taskleak": "0.1.0", "schema": 1, "tests": tests, "notes": ["a note"],
            "checked": [{"test": f"Pool.Test{i}", "ended_ms": i, "times": 1} for i in range(count)]}


SHOWN = "[...document.querySelectorAll('details.group')].filter(each => each.offsetParent !== null).length"
OPEN = "[...document.querySelectorAll('details.group')].filter(each => each.open).length"
STACKS = "document.querySelectorAll('details.group[open] table.stack').length"


def set_filter(text):
    return f"(() => {{ const f = document.getElementById('filter'); f.value = {json.dumps(text)}; f.dispatchEvent(new Event('input')); }})()"


def check(browser, path, count):
    def expect(what, expression, expected):
        answer = browser.ask(expression)
        if answer != expected:
            sys.exit(f"{count} groups: {what}: {answer!r}, and not {expected!r}")

    browser.open(path)
    expect("shown at first", SHOWN, count)
    expect("the summary", "document.getElementById('summary').textContent.split(',')[0]", f"{count} leak{'' if count == 1 else 's'}")
    expect("rows of the timeline", "document.querySelectorAll('#timeline .row').length", min(count, 500))
    expect("circles of the deadlock", "document.querySelectorAll('#deadlocks circle').length", 2)
    expect("markup from the report", "document.querySelectorAll('#groups b').length", 0)

    last = count - 1
    browser.ask(set_filter(f"worker-{last} pool::worker{last}"))
    expect("shown with a filter", SHOWN, 1)
    browser.ask(set_filter("nothing has this"))
    expect("shown with a filter for nothing", SHOWN, 0)
    browser.key("Escape")
    expect("shown after Escape", SHOWN, count)

    expect("unfolded at first", OPEN, 0)
    browser.ask("document.getElementById('unfold').click()")
    expect("unfolded", OPEN, count)
    browser.ask("new Promise(done => setTimeout(done))")
    expect("stacks of those", STACKS, 2 * count)
    browser.ask("document.getElementById('fold').click()")
    expect("folded again", OPEN, 0)

    browser.key("j")
    browser.key("Enter")
    expect("unfolded by the keyboard", OPEN, 1)
    browser.key("/")
    expect("focus after /", "document.activeElement.id", "filter")

    colors = [browser.ask("document.getElementById('theme').click(); getComputedStyle(document.body).backgroundColor") for _ in range(2)]
    if colors[0] == colors[1]:
        sys.exit(f"dark and light are the same: {colors}")
    if browser.complaints():
        sys.exit(f"{count} groups: the console has {browser.complaints()}")


def main():
    program = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if program is None:
        print("skipped: there is no Chromium here (Debian's package chromium)")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, pathlib.Path(folder) / "profile")
        for count in (1, 2000):
            report, page = pathlib.Path(folder) / "report.json", pathlib.Path(folder) / f"{count}.html"
            report.write_text(json.dumps(document(count)))
            subprocess.run([sys.argv[1], "report", "--format=html", f"--output={page}", report], check=False)
            check(browser, page, count)
            print(f"{count}: renders, filters, folds, nothing on the console")
        browser.close()


if __name__ == "__main__":
    main()
