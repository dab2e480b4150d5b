'use strict';
// The building blocks of all pages. A page's own script puts them together.
const data = JSON.parse(document.getElementById('data').textContent);
const byId = id => document.getElementById(id);

// ---- elements ----

const kSvg = ['svg', 'polyline', 'circle', 'text'];

// Makes an element with attributes and children. Text is never parsed as HTML. Children that are null, false or '' are left out.
function make(tag, attributes, ...children) {
  const element = kSvg.includes(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  add(element, ...children);
  return element;
}
function add(element, ...children) {
  for (const child of children.flat(3)) if (child !== null && child !== undefined && child !== false && child !== '') element.append(child);
}
const button = (text, click, attributes) => make('button', {type: 'button', on: {click}, ...attributes}, text);

// ---- words ----

const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
const kWaits = {
  mutex: 'a mutex', rwlock: 'a read-write lock', condvar: 'a condition variable', join: 'the end of a thread', semaphore: 'a semaphore',
  future: 'a future', atomic_wait: 'an atomic value to change', futex: 'a futex', sleep: 'time to pass: it sleeps', poll: 'descriptors, in poll',
  epoll: 'descriptors, in epoll_wait', select: 'descriptors, in select', read: 'something to read', write: 'room to write',
  accept: 'a connection to accept', connect: 'its connection', recv: 'a message', send: 'room to send', wait_child: 'a child process',
  signal_wait: 'a signal', running: 'nothing: it runs', suspended: 'code to resume it', queued: 'its start', channel: 'a channel',
  alive: 'something unknown: it is still running', stopped: 'a signal or a debugger to let it go on', ended: 'its parent to wait for it', open: 'code to close it',
  lost: 'nothing any more: what it awaited was destroyed',
};
const kNouns = {thread: 'thread', unjoined_thread: 'thread', task: 'task', process: 'process', descriptor: 'descriptor'};

function duration(ms) {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 10000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120000) return `${Math.floor(ms / 1000)} s`;
  if (ms < 7200000) return `${Math.floor(ms / 60000)} min`;
  return ms < 172800000 ? `${Math.floor(ms / 3600000)} h` : `${Math.floor(ms / 86400000)} days`;
}
function ages(row) {
  const young = duration(row.youngest_ms), old = duration(row.oldest_ms);
  return young === old ? old : `${young} to ${old}`;
}
function unitText(noun, id, name) { return `${noun} ${id}${name ? ` "${name}"` : ''}`; }
// Cuts out the middle of a text that is longer than `most`.
function shorten(text, most) {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) * 0.4);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

// ---- frames and stacks ----

// Returns `make` with a cache of its results, since thousands of rows ask for the same few names and stacks.
function kept(make) {
  const known = new Map();
  return key => {
    if (!known.has(key)) known.set(key, make(key));
    return known.get(key);
  };
}
// Returns the scopes and the name of a function, without parameters, template arguments and return type.
const plainName = kept(name => {
  let plain = '', depth = 0;
  const text = name.replaceAll('(anonymous namespace)', '{anonymous}').replace(/\{lambda\([^{}]*\)#\d+\}|\$_\d+/g, '{lambda}')
      .replace(/\{lambda\}::operator\(\).*$/, '{lambda}').replaceAll('operator()', 'operator{}');
  const [operator] = text.match(/\boperator[<>=-]+/) || [''], from = operator ? text.indexOf(operator) : text.length, to = from + operator.length;
  for (let i = 0; i < text.length; ++i) {
    const c = text[i];
    if (i >= from && i < to) plain += c;
    else if (c === '<' || c === '(') ++depth;
    else if (c === '>' || c === ')') --depth;
    else if (depth === 0) plain += c;
  }
  plain = plain.replaceAll('{anonymous}::', '').replaceAll('operator{}', 'operator()');
  plain = plain.replace(/ (const|&|&&|\[[^\]]*\])+\s*$/, '').trim();
  const space = plain.lastIndexOf(' ');
  return (space > 0 && !plain.includes('operator') ? plain.slice(space + 1) : plain) || name;
});
function shortFile(file) {
  const system = file.match(/\/include\/(?:c\+\+\/[^/]+\/)?(.*)$/);
  if (system && file.startsWith('/usr')) return `<${system[1]}>`;
  const parts = file.split('/').filter(part => part && part !== '..' && part !== '.');
  return parts.length > 3 ? parts.slice(-3).join('/') : parts.join('/');
}
function frameAt(index) {
  const [name, file, line, module, offset, flags] = data.frames[index];
  const known = Boolean(name);
  return {index, name: known ? name : `${module || '(unknown)'}+0x${offset.toString(16)}`, known, file, line, module,
          runtime: (flags & 1) !== 0, remarks: ((flags & 2) ? ' (inlined)' : '') + ((flags & 4) ? ' (guessed)' : '')};
}
// The function of a test case whose name a macro made up, under the name of the test.
const kTestCase = /(?:\(anonymous namespace\)::)?_*(?:CATCH2_INTERNAL_T|C_A_T_C_H_|DOCTEST_ANON_(?!SUITE_))\w*\d(?:\(\))?(?:::(?:test|f)(?:\(\)|(?![\w:]))?)?/;
const withTest = (name, test) => test ? name.replace(kTestCase, () => `test "${test}"`) : name;
const framesOf = stack => data.stacks[stack].map(frameAt);
function lineOf(frame) {
  if (!frame.file) return frame.module || '';
  return shortFile(frame.file) + (frame.line ? `:${frame.line}` : '');
}
// Returns the innermost frame of the program's own, or if there is none the innermost frame with a name.
const ownFrame = kept(stack => {
  const frames = framesOf(stack);
  return frames.find(frame => !frame.runtime && frame.known) || frames.find(frame => frame.known) || frames[0];
});
// Returns the outermost frame of the program's own: the function that the thread was started with.
const startFrame = stack => framesOf(stack).findLast(frame => !frame.runtime && frame.known && plainName(frame.name) !== 'main');

// A thread without a name of its own has the name of the program. The kernel keeps 15 bytes of it.
function ownNames(names, stacks) {
  const programs = new Set(stacks.flatMap(stack => data.stacks[stack]).map(index => data.frames[index][3].slice(0, 15)));
  return names.filter(name => !programs.has(name)).map(name => `"${name}"`).join(', ');
}
function namesOf(row) {
  const more = row.all_names - row.names.length;
  return ownNames(row.names, [row.created_by, ...row.places.map(place => place.stack)]) + (more > 0 ? ` and ${plural(more, 'more name')}` : '');
}

function snippetOf(frame) {
  const lines = (data.snippets || {})[frame.index];
  return lines && make('pre', {}, lines.map(line => make(line.trimStart().startsWith('>') ? 'mark' : 'span', {}, `${line}\n`)));
}
function frameItem(frame, unfolded, test) {
  const parts = [make('code', {class: 'function', title: frame.name}, shorten(withTest(frame.name, test), 160)), ' ', make('span', {class: 'place'}, lineOf(frame) + frame.remarks)];
  const snippet = !frame.runtime && snippetOf(frame);
  const item = make('li', {class: frame.runtime ? 'runtime' : 'own'});
  if (snippet) item.append(make('details', {open: unfolded ? '' : undefined}, make('summary', {}, parts), snippet));
  else item.append(...parts);
  return item;
}
const isFramework = frame => /^(testing|Catch)::|^RUN_ALL_TESTS$/.test(plainName(frame.name));
// Folds several frames that are not the program's own: frames of the runtime, and frames of the test framework with main around it. Shows the lines
// of source around the first frame of the program's own.
function stackElement(stack, test) {
  const frames = framesOf(stack), list = make('ol', {class: 'stack'});
  const first = frames.find(frame => !frame.runtime), framework = frames.findIndex(isFramework);
  const isFolded = i => frames[i].runtime || isFramework(frames[i]) || (framework >= 0 && i > framework && frames[i].name === 'main');
  for (let i = 0; i < frames.length; ++i) {
    let end = i;
    while (end < frames.length && isFolded(end)) ++end;
    if (end - i < 2) {
      list.append(frameItem(frames[i], frames[i] === first, test));
      continue;
    }
    const whose = frames.slice(i, end).some(isFramework) ? 'the test framework' : 'the C++ runtime';
    const folded = make('ol', {class: 'stack'}, frames.slice(i, end).map(frame => frameItem(frame, false, test)));
    list.append(make('li', {class: 'runtime'}, make('details', {}, make('summary', {}, `${end - i} frames of ${whose}`), folded)));
    i = end - 1;
  }
  return list;
}

// ---- rows ----

function reasonOf(row, place) {
  if (row.kind === 'unjoined_thread') return 'nothing: it has ended, and no thread has joined it';
  return kWaits[place.state] || 'not known';
}
function onWhat(place) {
  const holder = place.held_by;
  if (!holder) return place.detail;
  const doing = holder.ended ? 'which has ended' : holder.state === 'running' ? 'which runs' : `which waits for ${kWaits[holder.state] || 'something else'}`;
  return `${place.detail ? `${place.detail}, ` : ''}${place.state === 'join' ? '' : holder.queued ? 'behind ' : 'held by '}${unitText('thread', holder.id, holder.name)}, ${doing}`;
}

// Makes a part of a row: a label (for screen readers and narrow screens), a main line and a smaller one.
function cell(label, main, sub, title) {
  return make('span', {class: 'cell'}, make('span', {class: 'label'}, `${label} `), make('span', {class: 'first', title}, main || '–'),
              sub && make('span', {class: 'sub'}, ' ', sub));
}
function frameCell(label, frame, unknown, test) {
  return frame ? cell(label, make('code', {}, shorten(withTest(plainName(frame.name), test), 64)), lineOf(frame) + frame.remarks, frame.name) : cell(label, unknown);
}
function countCell(row) {
  return make('span', {class: 'count'}, make('b', {}, row.count), ` ${plural(row.count, kNouns[row.kind]).replace(/^\d+ /, '')}`,
              make('span', {class: 'sub'}, ' ', namesOf(row)));
}
function creatorCell(row) {
  const shown = frameCell('created by', ownFrame(row.created_by), 'not known', row.origin);
  shown.classList.add('creator');
  return shown;
}
function waitsInCell(row) {
  if (row.kind === 'unjoined_thread' || row.kind === 'process' || row.kind === 'descriptor') return cell('waits in', '');
  const shown = frameCell('waits in', ownFrame(row.places[0].stack), row.places[0].missing || 'not known');
  if (row.places.length > 1) shown.append(make('span', {class: 'sub more'}, ` and at ${plural(row.places.length - 1, 'more place')}`));
  return shown;
}
const waitsForCell = row => cell('waits for', reasonOf(row, row.places[0]), onWhat(row.places[0]));
const badge = (text, kind) => make('span', {class: `badge ${kind || ''}`}, text);

// A row that can be unfolded. `entry`: key, cells(), badges, body() and searchText(). Its element is made when it is first needed, and its content
// when it is first unfolded.
function addEntry(entry) {
  const made = () => {
    const summary = make('summary', {}, entry.badges.length > 0 && make('span', {class: 'badges'}, entry.badges), entry.cells());
    const element = make('details', {class: 'row', id: entry.key}, summary);
    element.addEventListener('toggle', () => {
      if (element.open) entry.fill();
      rememberUnfolded();
    });
    return element;
  };
  let element;
  Object.defineProperty(entry, 'element', {get: () => (element = element || made())});
  entry.fill = () => entry.element.children.length === 1 && entry.element.append(make('div', {class: 'body'}, entry.body()));
  entry.unfold = () => {
    entry.fill();
    entry.element.open = true;
  };
  entries.push(entry);
}
function copyButton(text) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // pages that came without encryption have no clipboard
      const area = make('textarea', {}, text);
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    shown.textContent = 'Copied';
    setTimeout(() => { shown.textContent = 'Copy'; }, 1500);
  };
  const shown = button('Copy', copy, {class: 'copy', 'aria-label': `Copy ${text}`});
  return shown;
}
function placeTitle(row, place) {
  if (row.kind === 'process') return `${{ended: 'Ended, but not waited for', stopped: 'Stopped'}[place.state] || 'Still there'}${place.detail ? `: ${place.detail}` : ''}`;
  if (row.kind === 'descriptor') return `Still open${place.detail ? `: ${place.detail}` : ''}`;
  if (row.kind === 'unjoined_thread') return 'Ended, and no thread has joined it';
  const several = row.places.length > 1, many = several && place.count > 1, on = onWhat(place);
  const who = several ? `${place.count} of them` : place.count === 1 ? 'It' : 'Each';
  const does = place.state === 'running' ? (many ? 'run' : 'runs') : `${many ? 'wait' : 'waits'} for ${kWaits[place.state] || 'something'}`;
  return `${who} ${does}${on ? `: ${on}` : ''}`;
}
// Shows both stacks side by side, other facts, and rules that would silence the leak.
function bodyOf(row) {
  const created = row.created_by !== 0
      ? [make('h3', {class: 'part'}, row.origin ? `Created in ${row.origin} by` : 'Created by'), stackElement(row.created_by, row.origin)]
      : [make('h3', {class: 'part'}, row.origin ? `${row.kind === 'descriptor' ? 'Opened' : 'Created'} in ${row.origin}` : 'The code that created it is not known')];
  const places = row.places.flatMap(place => [
    make('h3', {class: 'part'}, placeTitle(row, place)), place.stack !== 0 && stackElement(place.stack, row.origin),
    place.missing && make('p', {class: 'sub'}, `The stack is ${place.stack === 0 ? 'missing' : 'incomplete'}: ${place.missing}`)]);
  const ids = row.ids.join(', ') + (row.count > row.ids.length ? ', …' : '');
  return [
    row.hint && make('p', {class: 'hint'}, make('b', {}, 'Hint: '), row.hint),
    make('div', {class: 'stacks'}, make('div', {}, created), make('div', {}, places)),
    row.ignore.length > 0 && make('div', {class: 'rules'}, make('h3', {class: 'part'}, 'Each of these rules ignores it'),
        make('ul', {}, row.ignore.map(rule => make('li', {}, make('code', {}, rule), ' ', copyButton(rule))))),
    make('p', {class: 'sub'}, row.units ? '' : `ids ${ids}; `, row.kind === 'descriptor' ? 'signature ' : `alive for ${ages(row)}; signature `, make('code', {}, row.signature))];
}
function searchTextOf(row) {
  const frames = [row.created_by, ...row.places.map(place => place.stack)].flatMap(framesOf);
  return [row.kind, row.signature, row.origin, row.deadlock ? 'deadlock' : '', ...row.names, ...row.ids,
          ...row.places.map(place => `${place.state} ${reasonOf(row, place)} ${place.detail}`),
          ...frames.map(frame => `${frame.name} ${frame.file}`)].join(' ');
}

// ---- pictures ----

function sparkline(values, label) {
  const width = 96, height = 22, most = Math.max(1, ...values), step = width / Math.max(1, values.length - 1);
  const points = values.map((value, i) => [values.length > 1 ? i * step : width, height - 2 - (height - 4) * value / most]);
  const svg = make('svg', {viewBox: `-2 0 ${width + 4} ${height}`, width: width + 4, height, role: 'img', 'aria-label': label, class: 'spark'});
  if (points.length > 1) svg.append(make('polyline', {points: points.map(point => point.map(each => each.toFixed(1)).join()).join(' ')}));
  svg.append(make('circle', {cx: points.at(-1)[0], cy: points.at(-1)[1], r: 2}));
  return svg;
}
// Draws threads or tasks as boxes one below the other, the reason of each wait between them, and the way back to the first at the side.
// `rowOf(noun, id)` returns the row with that thread or task, if there is one.
function deadlockGraph({kind, edges, of: noun = 'thread'}, rowOf) {
  const at = stack => {
    const frame = ownFrame(stack);
    return frame ? [make('code', {title: frame.name}, shorten(plainName(frame.name), 56)), ' ', lineOf(frame)] : ['a place that is not known'];
  };
  const node = (id, name, stack, ended) => {
    const title = make('b', {}, unitText(noun, id, name)), row = rowOf(noun, id);
    return make('li', {class: 'node'}, row ? make('a', {href: `#${row.key}`}, title) : title,
                make('span', {class: 'sub'}, ' ', ended ? 'has ended' : ['waits in ', ...at(stack)]));
  };
  const lock = edge => edge.state === 'join' ? 'the end of' : `${edge.state === 'rwlock' ? 'read-write lock' : 'mutex'} ${edge.waits_at}, which`;
  const why = edge => {
    const other = unitText(noun, edge.holder, edge.holder_name);
    if (noun === 'task') return `awaits ${other}`;
    return `waits for ${lock(edge)} ${other}${edge.state === 'join' ? '' : edge.holder_ended ? ' held when it ended' : edge.holder_queued ? ' waits to write, before it' : ' holds'}`;
  };
  const link = edge => make('li', {class: 'edge'}, why(edge),
      make('span', {class: 'sub'}, ' ', at(edge.waiter_stack), ' → ', edge.holder_ended ? 'has ended' : at(edge.holder_stack)));
  const list = make('ol', {class: kind === 'owner_ended' ? 'graph' : 'graph loop'});
  for (const edge of edges) list.append(node(edge.waiter, edge.waiter_name, edge.waiter_stack, false), link(edge));
  if (kind === 'owner_ended') list.append(node(edges[0].holder, edges[0].holder_name, edges[0].holder_stack, true));
  return make('div', {class: 'graph-box'}, list);
}

// ---- the page ----

const entries = [];  // all rows, in the order of importance
const visible = () => entries.filter(entry => !entry.filtered);

function fact(number, label, kind) { return make('li', {class: kind || ''}, make('b', {}, number), ' ', label); }
function heading(title, facts, ...more) {
  add(byId('top'), make('h1', {}, title), make('ul', {class: 'facts', id: 'summary'}, facts), more);
}
function section(id, title, ...children) {
  const made = make('section', {id, 'aria-labelledby': `${id}-title`}, make('h2', {id: `${id}-title`}, title), ...children);
  byId('main').append(made);
  return made;
}
function notes(list) {
  if (list.length) section('notes', 'Notes', make('ul', {}, list.map(note => make('li', {}, note))));
}
// Shows the rows in cards. Rows with the same key are in one card; `by(entry)` returns the key, a title and a line below it. The first cards are
// drawn at once, so that the page appears; the others follow.
let showing = 0;
function showRows(parent, columns, by) {
  const kAtOnce = 15, kAtATime = 200, mine = ++showing;
  const cards = new Map();
  for (const entry of entries) {
    const {key, title, sub} = by(entry);
    if (!cards.has(key)) cards.set(key, {title, sub, entries: []});
    cards.get(key).entries.push(entry);
  }
  const cardElement = card => make('div', {class: card.entries.length > 1 ? 'card several' : 'card'},
      card.entries.length > 1 && make('h3', {}, card.title, ' ', make('span', {class: 'sub'}, card.sub ? `${card.sub}, ` : '', card.entries.length, ' rows')),
      card.entries.map(entry => entry.element));
  parent.replaceChildren(make('div', {class: 'columns', 'aria-hidden': 'true'}, columns.map(column => make('span', {}, column))));
  const rest = [...cards.values()];
  const showSome = count => {
    if (mine !== showing) return;
    parent.append(...rest.splice(0, count).map(cardElement));
    if (rest.length) setTimeout(() => showSome(kAtATime));
    else if (entries.length > kAtOnce) applyFilter();
  };
  showSome(kAtOnce);
}

function applyFilter() {
  const words = byId('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of entries) {
    if (words.length && entry.text === undefined) entry.text = entry.searchText().toLowerCase();
    const filtered = !words.every(word => entry.text.includes(word));
    if (filtered !== Boolean(entry.filtered)) entry.element.hidden = entry.filtered = filtered;
  }
  for (const card of document.querySelectorAll('.card')) card.hidden = !card.querySelector('.row:not([hidden])');
  byId('shown').textContent = words.length ? `${visible().length} of ${plural(entries.length, 'row')}` : '';
}
function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
}
// Makes a control with its name before it, never broken into two lines.
const labeled = (text, control) => make('span', {class: 'pair'}, make('label', {for: control.id}, text), control);
function toolbar(placeholder, ...more) {
  return make('div', {class: 'tools', role: 'search'},
      labeled('Filter', make('input', {id: 'filter', type: 'search', placeholder, autocomplete: 'off', on: {input: applyFilter}})),
      make('output', {id: 'shown', for: 'filter'}), ...more,
      button('Unfold all', () => visible().forEach(entry => entry.unfold()), {id: 'unfold'}),
      button('Fold all', () => visible().forEach(entry => { entry.element.open = false; }), {id: 'fold'}),
      button('Dark or light', switchTheme, {id: 'theme'}),
      make('span', {class: 'sub keys'}, make('kbd', {}, '/'), ' filter, ', make('kbd', {}, 'j'), ' ', make('kbd', {}, 'k'), ' next and previous row, ',
           make('kbd', {}, 'Enter'), ' unfold, ', make('kbd', {}, 'Esc'), ' clear'));
}
function focusRow(entry) {
  entry.element.firstChild.focus();
  entry.element.scrollIntoView({block: 'center'});
}
function showRow(key) {
  const entry = entries.find(each => each.key === key);
  if (!entry) return;
  byId('filter').value = '';
  applyFilter();
  entry.unfold();
  focusRow(entry);
}
function move(step) {
  const shown = visible();
  if (!shown.length) return;
  const at = shown.findIndex(entry => entry.element.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + step, 0), shown.length - 1);
  focusRow(shown[next]);
}

// Remembers which rows are unfolded if the page asks for it, so that a page that is loaded again looks the same.
let remembered = null;
function rememberUnfolded() {
  if (remembered) sessionStorage.setItem(remembered, JSON.stringify(entries.filter(entry => entry.element.open).map(entry => entry.key)));
}
function restoreUnfolded(name) {
  const keys = new Set(JSON.parse(sessionStorage.getItem(name) || '[]'));
  for (const entry of entries) if (keys.has(entry.key)) entry.unfold();
  remembered = name;
}

document.addEventListener('click', event => {
  const link = event.target.closest('a[href^="#"]');
  if (!link || !entries.some(entry => `#${entry.key}` === link.getAttribute('href'))) return;
  event.preventDefault();
  showRow(link.getAttribute('href').slice(1));
});
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.altKey || event.metaKey || !byId('filter')) return;
  if (event.key === 'Escape') {
    byId('filter').value = '';
    applyFilter();
    byId('filter').blur();
  } else if (!['INPUT', 'SELECT', 'TEXTAREA'].includes(event.target.tagName)) {
    if (event.key === 'j') move(1);
    if (event.key === 'k') move(-1);
    if (event.key === '/') {
      event.preventDefault();
      byId('filter').focus();
    }
  }
});
