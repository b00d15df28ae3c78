// `host` is the element to fill, `data` the tree of the stacks. A node is a number: its index within its tree, doubled, and one
// more in the second tree of a view that has two.
const ROW = 18, width = data.types.length;
const stacks = treeOf(data.name, data.parent, data.self);
const VIEWS = {
  tree: ["Tree", "What each function calls"],
  callers: ["Callers", "What each function costs itself, and who calls it"],
  sandwich: ["Sandwich", "Callers above and callees below the chosen function"],
};
const state = {type: 0, view: "tree", zoom: 0, at: 0, code: 0, icicle: true, byReason: false, text: ""};
let trees = [stacks], wanted = null, drawn = new Map(), hits = [];

const make = (tag, parent, set) => Object.assign(parent.appendChild(document.createElement(tag)), set);
const button = (textContent, title, onclick) => make("button", bar, {type: "button", textContent, title, onclick});
const bar = make("div", host, {className: "bar"});
const kinds = data.types.map(([name], type) => button(name, "", () => change({type})));
button("Reset zoom", "", () => change({zoom: 0, at: 0}));
const flip = button("Flip", "Root at the top, or at the bottom", () => change({icicle: !state.icicle}));
const views = Object.entries(VIEWS).map(([view, [text, title]]) => [view, button(text, title, () => look(view, codeOf(state.at)))]);
const why = data.reasons && button("Colour by reason", "Why each function allocates: the reason of most of its bytes", () => change({byReason: !state.byReason}));
const search = make("input", bar, {type: "search", placeholder: "Search (/), text or regexp"});
search.setAttribute("aria-label", "Search functions");
const source = make("a", bar, {className: "source", textContent: "Source", hidden: true});
const links = (data.links || []).map(([textContent, address]) => [make("a", bar, {className: "source", textContent, hidden: true}), address]);
const status = make("span", bar, {className: "status"});
status.setAttribute("role", "status");
const rows = make("div", host, {className: "rows"});
const legend = make("div", host, {className: "legend"});
const tip = make("div", host, {className: "tip"});
const foot = make("div", host, {className: "foot"});
foot.textContent = "Click or Enter zooms, or chooses in the sandwich; Escape zooms out, arrow keys walk, / searches, n and N go through what was found." +
  (data.folded ? ` ${data.folded} frames below 0.02 % are part of their callers here.` : "");

const treeOfNode = node => trees[node & 1];
const codeOf = node => treeOfNode(node).name[node >> 1];
const nameOf = node => data.names[codeOf(node)];
const totalsOf = node => treeOfNode(node).totals[node >> 1];
const valueOf = node => Math.abs(totalsOf(node)[state.type]);
const depthOf = node => treeOfNode(node).depth[node >> 1];
const parentOf = node => treeOfNode(node).parent[node >> 1] * 2 + (node & 1);
const childrenOf = node => treeOfNode(node).children[node >> 1].map(child => child * 2 + (node & 1)).sort((a, b) => valueOf(b) - valueOf(a));
const isTurned = node => state.view === "callers" || (state.view === "sandwich" && !(node & 1));
// What a function costs itself: among callers, that of the function at their end.
const selfOf = node => isTurned(node) ? (state.view === "callers" && depthOf(node) === 1 ? totalsOf(node)[state.type] : 0) : treeOfNode(node).self[node >> 1][state.type];
const whole = () => Math.abs(stacks.totals[0][state.type]);

// A box has little room: the import path's last element is enough, the rest is in the tooltip.
function shortOf(name) {
  const end = name.search(/[[(]/);
  return name.slice((end < 0 ? name : name.slice(0, end)).lastIndexOf("/") + 1);
}
function human(value, unit) {
  const scale = (step, names) => {
    let n = value, k = 0;
    while (Math.abs(n) >= step && k < names.length - 1) { n /= step; k++; }
    return (k ? n.toFixed(2) : String(n)) + " " + names[k];
  };
  if (unit === "bytes") return scale(1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
  if (unit === "nanoseconds") return scale(1000, ["ns", "µs", "ms", "s"]);
  return value.toLocaleString("en") + (unit && unit !== "count" ? " " + unit : "");
}
const shown = value => human(value, data.types[state.type][1]);
const percent = (part, whole) => whole ? (100 * part / whole).toFixed(2) + " %" : "";
function since(node) {
  if (!data.diff) return "";
  const [now, before] = totalsOf(node);
  return `, ${now < before ? "−" : "+"}${human(Math.abs(now - before), data.types[0][1])} since the base`;
}
const describe = node => `${nameOf(node)}: ${shown(totalsOf(node)[state.type])} (${percent(valueOf(node), whole())})` +
  (selfOf(node) ? `, itself ${shown(selfOf(node))}` : "") +
  (state.byReason && reasonOf(node) !== null ? `, ${data.reasons[reasonOf(node)]}` : "") + since(node);

// A colour for each package, so that code that belongs together looks alike.
function packageOf(name) {
  const end = name.indexOf(".", name.lastIndexOf("/") + 1);
  return end > 0 ? name.slice(0, end) : name;
}
const isSystem = pack => /^(runtime|internal\/|syscall)/.test(pack);
function colour(pack) {
  let hash = 7;
  for (const char of pack) hash = (hash * 31 + char.codePointAt(0)) >>> 0;
  return isSystem(pack) ? `hsl(215 18% ${76 + hash % 8}%)` : `hsl(${20 + hash % 150} 68% ${68 + hash % 10}%)`;
}
// Colours that differ for the colour-blind too (Okabe and Ito), then lighter ones of the same.
function reasonColour(code) {
  const hues = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#7f9fd9"];
  return `color-mix(in srgb, ${hues[code % hues.length]} ${100 - 35 * Math.min(2, Math.floor(code / hues.length))}%, white)`;
}
const reasonOf = node => selfOf(node) && data.reason ? data.reason[codeOf(node)] : null;
// Red grew and blue shrank since the base; the deeper, the more of it is new or gone.
const changeColour = share => share ? `hsl(${share > 0 ? 8 : 215} ${30 + Math.round(50 * Math.abs(share))}% ${88 - Math.round(24 * Math.abs(share))}%)` : "hsl(0 0% 88%)";
function fill(node) {
  if (!codeOf(node)) return "hsl(215 12% 82%)";
  const [now, before] = totalsOf(node);
  if (data.diff) return changeColour((now - before) / (Math.max(Math.abs(now), Math.abs(before)) || 1));
  if (!state.byReason) return colour(packageOf(nameOf(node)));
  return reasonOf(node) === null ? "hsl(215 10% 90%)" : reasonColour(reasonOf(node));
}
// What the colours mean: of packages, those with the most in what is shown.
function meanings() {
  if (data.diff) return [["grew", changeColour(1)], ["grew a little", changeColour(0.2)], ["as before", changeColour(0)], ["shrank", changeColour(-1)]];
  if (state.byReason) return data.reasons.map((reason, code) => [reason, reasonColour(code)]);
  const areas = new Map();
  for (const node of drawn.keys()) if (codeOf(node)) {
    const pack = isSystem(packageOf(nameOf(node))) ? "runtime" : packageOf(nameOf(node));
    areas.set(pack, (areas.get(pack) || 0) + valueOf(node));
  }
  const largest = [...areas].sort((a, b) => b[1] - a[1]).slice(0, 8);
  return largest.map(([pack]) => [pack === "runtime" ? "runtime, system" : pack, colour(pack)]);
}

// The boxes from a node on, each with where it begins; those that are too narrow to be seen are left out.
function boxes(from, found) {
  const all = valueOf(from) || 1, pending = [[from, 0]];
  while (pending.length) {
    const [node, left] = pending.pop();
    const share = node === from ? 1 : valueOf(node) / all;
    if (share < 0.0008) continue;
    found.push([node, left, share]);
    let begin = left;
    for (const child of childrenOf(node)) { pending.push([child, begin]); begin += valueOf(child) / all; }
  }
  return found;
}
function draw() {
  kinds.forEach((kind, type) => kind.setAttribute("aria-pressed", String(type === state.type)));
  views.forEach(([view, button]) => button.setAttribute("aria-pressed", String(view === state.view)));
  flip.setAttribute("aria-pressed", String(!state.icicle));
  if (why) why.setAttribute("aria-pressed", String(state.byReason));
  const isSandwich = state.view === "sandwich", found = [], above = new Set();
  if (isSandwich) { boxes(0, found); found.shift(); boxes(1, found); }
  else {
    for (let node = state.zoom; node; ) { node = parentOf(node); above.add(node); found.push([node, 0, 1]); }
    boxes(state.zoom, found);
  }
  const isUp = node => isSandwich ? !(node & 1) : !state.icicle;
  const deepest = up => found.reduce((most, [node]) => isUp(node) === up ? Math.max(most, depthOf(node)) : most, 0);
  const base = deepest(true), level = node => isUp(node) ? base - depthOf(node) : base + depthOf(node);
  // As they are read: so goes the search through them.
  found.sort((a, b) => level(a[0]) - level(b[0]) || a[1] - b[1]);
  rows.replaceChildren();
  rows.style.height = (base + deepest(false) + 1) * ROW + "px";
  drawn = new Map(found.map(([node, left, share]) => {
    const box = make("div", rows, {className: "f"});
    Object.assign(box.style, {left: 100 * left + "%", width: 100 * share + "%", top: level(node) * ROW + "px", background: fill(node)});
    box.dataset.node = node;
    box.classList.toggle("above", above.has(node));
    box.classList.toggle("named", share > 0.012);
    box.classList.toggle("hit", wanted !== null && wanted(nameOf(node)));
    if (share > 0.012) box.textContent = codeOf(node) ? shortOf(nameOf(node)) : data.types[state.type][0] + " " + shown(totalsOf(node)[state.type]);
    return [node, box];
  }));
  hits = [...rows.querySelectorAll(".hit")].map(box => Number(box.dataset.node));
  if (!drawn.has(state.at)) state.at = isSandwich ? 1 : state.zoom;
  legend.replaceChildren();
  for (const [textContent, background] of meanings()) make("i", make("span", legend, {textContent})).style.background = background;
  point(state.at);
}
function point(node) {
  drawn.get(state.at)?.classList.remove("at");
  state.at = node;
  drawn.get(node).classList.add("at");
  const hit = hits.indexOf(node);
  status.textContent = wanted === null ? describe(node) : (hit < 0 ? `${hits.length} found: ${found()}` : `${hit + 1} of ${hits.length}, ${describe(node)}`);
  const anchor = data.source && data.source[codeOf(node)];
  source.hidden = !anchor;
  source.href = "#" + (anchor || "");
  for (const [link, address] of links) {
    link.hidden = !codeOf(node);
    link.href = address + encodeURIComponent("^" + nameOf(node).replace(/[\\^$.|?*+()[\]{}]/g, "\\$&") + "$");
  }
}
// What the functions that are found cost: calls within each other once.
function found() {
  let sum = 0;
  const inside = stacks.name.map(() => false);
  stacks.name.forEach((code, i) => {
    inside[i] = i > 0 && inside[stacks.parent[i]];
    if (!inside[i] && i && wanted(data.names[code])) { inside[i] = true; sum += Math.abs(stacks.totals[i][state.type]); }
  });
  return `${shown(sum)}, ${percent(sum, whole())}`;
}
function next(step) {
  if (!hits.length) return;
  const here = hits.indexOf(state.at);
  point(hits[here < 0 ? (step > 0 ? 0 : hits.length - 1) : (here + step + hits.length) % hits.length]);
  drawn.get(state.at).scrollIntoView({block: "nearest"});
}
function walk(key) {
  const visible = nodes => nodes.filter(node => drawn.has(node));
  const isUp = state.view === "sandwich" ? !(state.at & 1) : !state.icicle;
  const siblings = state.at > 1 ? visible(childrenOf(parentOf(state.at))) : [state.at], here = siblings.indexOf(state.at);
  let to;
  if (key === "ArrowLeft") to = siblings[here - 1];
  else if (key === "ArrowRight") to = siblings[here + 1];
  else if (state.view === "sandwich" && state.at === 1 && key === "ArrowUp") to = visible(childrenOf(0))[0];
  else if ((key === "ArrowUp") === isUp) to = visible(childrenOf(state.at))[0];
  else if (state.at > 1) to = state.view === "sandwich" && parentOf(state.at) === 0 ? 1 : parentOf(state.at);
  if (to !== undefined && drawn.has(to)) point(to);
}

// Another view, of a function where it is one around a function; from the root, that is the largest one.
function look(view, code) {
  if (view === "sandwich" && !code) code = stacks.name[stacks.children[0].slice().sort((a, b) => Math.abs(stacks.totals[b][state.type]) - Math.abs(stacks.totals[a][state.type]))[0]] || 0;
  change({view, code: view === "sandwich" ? code : 0, zoom: 0, at: view === "sandwich" ? 1 : 0});
}
const choose = node => state.view === "sandwich" ? look("sandwich", codeOf(node)) : change({zoom: node, at: node});
const outwards = () => state.view === "sandwich" ? look("tree", 0) : choose(state.zoom && parentOf(state.zoom));
function change(to) {
  const before = state.view + state.code;
  Object.assign(state, to);
  if (before !== state.view + state.code) trees = state.view === "tree" ? [stacks] : state.view === "callers" ? [turned(stacks)] : around(stacks, state.code);
  let expression = null;
  try { expression = new RegExp(state.text, "i"); } catch { /* not a regexp: plain text */ }
  wanted = state.text ? name => expression ? expression.test(name) : name.includes(state.text) : null;
  draw();
  keep();
}

// The view stands in the page's address, so that a link shows the same. A node is kept with its name: in another page it is none.
const KEY = "#flame?";
function keep() {
  if (document.querySelector(".gomem-flame") !== host) return;
  const parts = {type: state.type && data.types[state.type][0], view: state.view !== "tree" && state.view, of: state.code && data.names[state.code],
    zoom: state.zoom, frame: state.zoom && nameOf(state.zoom), find: state.text, flip: !state.icicle && 1, reasons: state.byReason && 1};
  const said = new URLSearchParams(Object.entries(parts).filter(([, value]) => value)).toString();
  if (!said && !location.hash.startsWith(KEY)) return;
  // A page within another has no address of its own.
  try { history.replaceState(null, "", said ? KEY + said : location.pathname + location.search); } catch { /* as it is */ }
}
function recall() {
  if (document.querySelector(".gomem-flame") !== host || !location.hash.startsWith(KEY)) return;
  const said = new URLSearchParams(location.hash.slice(KEY.length)), text = name => said.get(name) || "";
  const code = data.names.indexOf(text("of")), view = text("view") in VIEWS ? text("view") : "tree";
  search.value = text("find");
  change({type: Math.max(0, data.types.findIndex(([name]) => name === text("type"))), icicle: !text("flip"), byReason: Boolean(why && text("reasons")), text: text("find"), zoom: 0, at: 0,
    view: view === "sandwich" && code < 1 ? "tree" : view, code: view === "sandwich" && code > 0 ? code : 0});
  const zoom = Number(text("zoom"));
  if (state.view !== "sandwich" && zoom % 2 === 0 && zoom >> 1 in trees[0].name && nameOf(zoom) === text("frame")) change({zoom, at: zoom});
  host.scrollIntoView({block: "nearest"});
}

rows.addEventListener("click", event => { const box = event.target.closest(".f"); if (box) choose(Number(box.dataset.node)); });
rows.addEventListener("mousemove", event => {
  const box = event.target.closest(".f");
  tip.style.display = box ? "block" : "none";
  if (!box) return;
  tip.textContent = describe(Number(box.dataset.node));
  const frame = host.getBoundingClientRect();
  tip.style.left = Math.min(event.clientX - frame.left + 12, frame.width * 0.6) + "px";
  tip.style.top = event.clientY - frame.top + 16 + "px";
});
rows.addEventListener("mouseleave", () => { tip.style.display = "none"; });
search.addEventListener("input", () => change({text: search.value}));
source.addEventListener("click", event => {
  const fold = document.getElementById(source.hash.slice(1));
  if (!fold) return;
  event.preventDefault();
  for (let around = fold.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  fold.scrollIntoView({block: "nearest"});
});
host.addEventListener("keydown", event => {
  if (event.target === search) {
    if (event.key === "Enter") next(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") { search.value = ""; change({text: ""}); host.focus(); }
    return;
  }
  if (event.key === "/") { event.preventDefault(); search.focus(); }
  else if (event.key === "n" || event.key === "N") next(event.key === "n" ? 1 : -1);
  else if (event.key === "Enter" && event.target === host) choose(state.at);
  else if (event.key === "Escape" || event.key === "Backspace") outwards();
  else if (event.key.startsWith("Arrow")) { event.preventDefault(); walk(event.key); }
});
addEventListener("hashchange", recall);
draw();
recall();
