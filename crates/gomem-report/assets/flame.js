"use strict";
// `host` is the element to fill, `data` the tree: parents come before their children, so one pass backwards sums it up.
const count = data.name.length, width = data.types.length, ROW = 18;
const totals = data.self.map(values => values.slice()), children = data.name.map(() => []), depth = new Array(count).fill(0);
for (let i = count - 1; i > 0; i--) for (let t = 0; t < width; t++) totals[data.parent[i]][t] += totals[i][t];
for (let i = 1; i < count; i++) { children[data.parent[i]].push(i); depth[i] = depth[data.parent[i]] + 1; }

let byReason = false, type = 0, zoom = 0, at = 0, icicle = true, wanted = null, drawn = new Map();
const make = (tag, parent, set) => Object.assign(parent.appendChild(document.createElement(tag)), set);
const bar = make("div", host, {className: "bar"});
const kinds = data.types.map(([name], t) => make("button", bar, {type: "button", textContent: name, onclick: () => { type = t; draw(); }}));
make("button", bar, {type: "button", textContent: "Reset zoom", onclick: () => go(0)});
const flip = make("button", bar, {type: "button", textContent: "Flip", title: "Root at the top, or at the bottom", onclick: () => { icicle = !icicle; draw(); }});
const why = data.reasons && make("button", bar, {type: "button", textContent: "Colour by reason", title: "Why each function allocates: the reason of most of its bytes", onclick: () => { byReason = !byReason; draw(); }});
const search = make("input", bar, {type: "search", placeholder: "Search (/), text or regexp"});
search.setAttribute("aria-label", "Search functions");
const status = make("span", bar, {className: "status"});
status.setAttribute("role", "status");
const rows = make("div", host, {className: "rows"});
const legend = make("div", host, {className: "legend"});
for (const [code, reason] of (data.reasons || []).entries()) make("i", make("span", legend, {textContent: reason})).style.background = reasonColour(code);
const tip = make("div", host, {className: "tip"});
const foot = make("div", host, {className: "foot"});
foot.textContent = "Click or Enter zooms, Escape zooms out, arrow keys walk, / searches." +
  (data.folded ? ` ${data.folded} frames below 0.02 % are part of their callers here.` : "");

const nameOf = i => data.names[data.name[i]];
// A box has little room: the import path's last element is enough, the rest is in the tooltip.
function shortOf(name) {
  const end = name.search(/[[(]/);
  return name.slice((end < 0 ? name : name.slice(0, end)).lastIndexOf("/") + 1);
}
const valueOf = i => Math.abs(totals[i][type]);
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
const percent = (part, whole) => whole ? (100 * part / whole).toFixed(2) + " %" : "";
const change = i => data.diff ? `, ${totals[i][0] < totals[i][1] ? "−" : "+"}${human(Math.abs(totals[i][0] - totals[i][1]), data.types[0][1])} since the base` : "";
const describe = i => `${nameOf(i)}: ${human(totals[i][type], data.types[type][1])} (${percent(valueOf(i), valueOf(0))})` +
  (data.self[i][type] ? `, itself ${human(data.self[i][type], data.types[type][1])}` : "") +
  (byReason && reasonOf(i) !== null ? `, ${data.reasons[reasonOf(i)]}` : "") + change(i);

// A colour for each package, so that code that belongs together looks alike.
function colour(name) {
  const end = name.indexOf(".", name.lastIndexOf("/") + 1);
  const text = end > 0 ? name.slice(0, end) : name;
  let hash = 7;
  for (const char of text) hash = (hash * 31 + char.codePointAt(0)) >>> 0;
  return /^(runtime|internal\/|syscall)/.test(text) ? `hsl(215 18% ${76 + hash % 8}%)` : `hsl(${20 + hash % 150} 68% ${68 + hash % 10}%)`;
}

// Colours that differ for the colour-blind too (Okabe and Ito), then lighter ones of the same.
function reasonColour(code) {
  const hues = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#7f9fd9"];
  return `color-mix(in srgb, ${hues[code % hues.length]} ${100 - 35 * Math.min(2, Math.floor(code / hues.length))}%, white)`;
}
const reasonOf = i => data.self[i][type] && data.reason ? data.reason[data.name[i]] : null;
function fill(i) {
  if (!i) return "hsl(215 12% 82%)";
  if (data.diff) return changeColour(i);
  if (!byReason) return colour(nameOf(i));
  return reasonOf(i) === null ? "hsl(215 10% 90%)" : reasonColour(reasonOf(i));
}

// Red grew and blue shrank since the base; the deeper, the more of it is new or gone.
function changeColour(i) {
  const [now, before] = totals[i], share = (now - before) / (Math.max(Math.abs(now), Math.abs(before)) || 1);
  return share ? `hsl(${share > 0 ? 8 : 215} ${30 + Math.round(50 * Math.abs(share))}% ${88 - Math.round(24 * Math.abs(share))}%)` : "hsl(0 0% 88%)";
}

function draw() {
  kinds.forEach((button, t) => button.setAttribute("aria-pressed", String(t === type)));
  flip.setAttribute("aria-pressed", String(!icicle));
  if (why) why.setAttribute("aria-pressed", String(byReason));
  legend.hidden = !byReason;
  rows.replaceChildren();
  drawn = new Map();
  const path = [];
  for (let i = zoom; i; i = data.parent[i]) path.push(i);
  path.push(0);
  let deepest = 0;
  const place = (i, left, share, above) => {
    if (share < 0.0008) return;
    deepest = Math.max(deepest, depth[i]);
    const box = make("div", rows, {className: "f" + (above ? " above" : "")});
    box.dataset.node = i;
    box.style.left = 100 * left + "%";
    box.style.width = 100 * share + "%";
    box.style.background = fill(i);
    if (wanted && wanted(nameOf(i))) box.classList.add("hit");
    if (share > 0.012) box.classList.add("named");
    box.textContent = share > 0.012 ? (i ? shortOf(nameOf(i)) : data.types[type][0] + " " + human(totals[0][type], data.types[type][1])) : "";
    drawn.set(i, box);
  };
  for (const i of path) if (i !== zoom) place(i, 0, 1, true);
  const whole = valueOf(zoom) || 1;
  const pending = [[zoom, 0]];
  while (pending.length) {
    const [i, left] = pending.pop();
    const share = valueOf(i) / whole;
    if (share < 0.0008 && i !== zoom) continue;
    place(i, left, i === zoom ? 1 : share, false);
    let begin = left;
    for (const child of children[i].slice().sort((a, b) => valueOf(b) - valueOf(a))) { pending.push([child, begin]); begin += valueOf(child) / whole; }
  }
  for (const [i, box] of drawn) box.style.top = (icicle ? depth[i] : deepest - depth[i]) * ROW + "px";
  rows.style.height = (deepest + 1) * ROW + "px";
  if (!drawn.has(at)) at = zoom;
  drawn.get(at).classList.add("at");
  status.textContent = wanted ? found() : describe(at);
}
function found() {
  let sum = 0;
  const inside = new Array(count).fill(false);
  for (let i = 0; i < count; i++) {
    inside[i] = inside[data.parent[i]];
    if (!inside[i] && i && wanted(nameOf(i))) { inside[i] = true; sum += valueOf(i); }
  }
  return `found: ${human(sum, data.types[type][1])}, ${percent(sum, valueOf(0))}`;
}
function go(i) { zoom = i; at = i; draw(); }
function walk(key) {
  const visible = i => drawn.has(i);
  const siblings = at ? children[data.parent[at]].filter(visible).sort((a, b) => valueOf(b) - valueOf(a)) : [0];
  const here = siblings.indexOf(at), down = icicle ? "ArrowDown" : "ArrowUp";
  let next;
  if (key === "ArrowLeft") next = siblings[here - 1];
  else if (key === "ArrowRight") next = siblings[here + 1];
  else if (key === down) next = children[at].filter(visible).sort((a, b) => valueOf(b) - valueOf(a))[0];
  else next = at ? data.parent[at] : undefined;
  if (next === undefined || !visible(next)) return;
  drawn.get(at).classList.remove("at");
  at = next;
  drawn.get(at).classList.add("at");
  status.textContent = describe(at);
}
rows.addEventListener("click", event => { const box = event.target.closest(".f"); if (box) go(Number(box.dataset.node)); });
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
search.addEventListener("input", () => {
  const text = search.value;
  let expression = null;
  try { expression = new RegExp(text, "i"); } catch { /* not a regexp: plain text */ }
  wanted = text ? name => expression ? expression.test(name) : name.includes(text) : null;
  draw();
});
host.addEventListener("keydown", event => {
  if (event.target === search) {
    if (event.key === "Escape") { search.value = ""; wanted = null; draw(); host.focus(); }
    return;
  }
  if (event.key === "/") { event.preventDefault(); search.focus(); }
  else if (event.key === "Enter" && event.target === host) go(at);
  else if (event.key === "Escape" || event.key === "Backspace") go(zoom ? data.parent[zoom] : 0);
  else if (event.key.startsWith("Arrow")) { event.preventDefault(); walk(event.key); }
});
draw();
