"""What every page of taskleak must stand up to, in Chromium: wide and narrow, light and dark.

With TASKLEAK_SCREENSHOTS=FOLDER each page is also kept there as a picture."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

WIDTHS = (1400, 400)

# Texts that are painted over each other: pairs of texts with boxes that overlap by more than a pixel.
OVERLAPS = """(() => {
  const boxes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim(), parent = node.parentElement;
    if (!text || parent.closest('script, noscript, option') || !parent.checkVisibility({visibilityProperty: true})) continue;
    const hidden = parent.closest('.label');
    if (hidden && hidden.getBoundingClientRect().width <= 1) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const {left, top, right, bottom} of range.getClientRects()) if (right - left > 1) boxes.push({left, top, right, bottom, text, node});
  }
  boxes.sort((a, b) => a.top - b.top);
  const found = [];
  for (let i = 0; i < boxes.length && found.length < 5; ++i) {
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom - 1; ++j) {
      const a = boxes[i], b = boxes[j];
      if (a.node === b.node || Math.min(a.right, b.right) - Math.max(a.left, b.left) <= 1 || Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) <= 1) continue;
      found.push(`${a.text.slice(0, 60)} | ${b.text.slice(0, 60)}`);
    }
  }
  return found;
})()"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SETTLED = "new Promise(done => { const wait = () => document.querySelectorAll('.row').length >= %d ? requestAnimationFrame(() => setTimeout(done)) : setTimeout(wait, 10); wait(); })"
FIRST_PAINT = """new Promise(done => {
  const look = () => { const [paint] = performance.getEntriesByType('paint'); paint ? done(paint.startTime) : setTimeout(look, 10); };
  look();
})"""


def find_axe():
    """The text of axe-core; None, having said so, where it is not installed (tests/support/install-axe)."""
    folders = [os.environ.get("TASKLEAK_DEPS_DIR") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "taskleak")]
    if shutil.which("npm"):
        folders.append(str(pathlib.Path(subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()).parent))
    for folder in folders:
        script = pathlib.Path(folder) / "node_modules" / "axe-core" / "axe.min.js"
        if script.exists():
            return script.read_text()
    print("accessibility is not checked: axe-core is not installed (tests/support/install-axe)")
    return None


def violations(browser, axe):
    """What axe-core finds, shortened."""
    browser.ask(axe + ";0")
    found = json.loads(browser.ask("axe.run().then(result => JSON.stringify(result.violations))"))
    return [f"{each['id']}: {each['help']}: {[node['html'][:120] for node in each['nodes'][:3]]}" for each in found]


def problems(browser, url, rows, axe, name, unfold=3):
    """Opens the page in each look and says what is wrong with it there."""
    wrong, folder = [], os.environ.get("TASKLEAK_SCREENSHOTS")
    for width in WIDTHS:
        for dark in (False, True):
            browser.look(width, dark)
            browser.open("about:blank")  # so that the end of the last page is not measured
            browser.open(url)
            browser.ask(SETTLED % rows)
            paint = browser.ask(FIRST_PAINT)
            browser.ask(f"[...document.querySelectorAll('.row > summary')].slice(0, {unfold}).forEach(each => each.parentElement.open || each.click())")
            browser.ask("new Promise(done => setTimeout(done, 50))")
            which = f"{name}, {width} pixels, {'dark' if dark else 'light'}"
            print(f"{which}: first painted after {paint:.0f} ms")
            if folder:
                browser.screenshot(pathlib.Path(folder) / f"{name.replace(' ', '-')}-{width}-{'dark' if dark else 'light'}.png")
            wrong += [f"{which}: painted over each other: {each}" for each in browser.ask(OVERLAPS)]
            wide = browser.ask(TOO_WIDE)
            if wide > 0:
                wrong.append(f"{which}: {wide} pixels wider than the window")
            wrong += [f"{which}: console: {json.dumps(each)[:300]}" for each in browser.complaints()]
            # With thousands of rows axe-core takes long, so one look has to do.
            if axe and (rows <= 200 or (width, dark) == (WIDTHS[0], False)):
                wrong += [f"{which}: {each}" for each in violations(browser, axe)]
    return wrong


def check(browser, url, rows, axe, name):
    """Ends the program if anything is wrong."""
    wrong = problems(browser, url, rows, axe, name)
    if wrong:
        sys.exit("\n".join(wrong))
