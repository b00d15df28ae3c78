"use strict";
// Trees of frames: of the stacks as they are, turned round, and around one function. Parents come before their children, so
// one pass backwards sums a tree up.
function treeOf(name, parent, self) {
  const totals = self.map(values => values.slice()), children = name.map(() => []), depth = name.map(() => 0);
  for (let i = name.length - 1; i > 0; i--) totals[i].forEach((value, t) => { totals[parent[i]][t] += value; });
  for (let i = 1; i < name.length; i++) { children[parent[i]].push(i); depth[i] = depth[parent[i]] + 1; }
  return {name, parent, self, totals, children, depth};
}

// A tree that grows call by call: equal calls of one caller become one.
function growing(code, width) {
  const name = [], parent = [], self = [], known = [];
  const plant = (at, code) => {
    known.push(new Map());
    self.push(new Array(width).fill(0));
    parent.push(at);
    return name.push(code) - 1;
  };
  plant(0, code);
  return {
    child(at, code) {
      if (!known[at].has(code)) known[at].set(code, plant(at, code));
      return known[at].get(code);
    },
    add(at, values) { values.forEach((value, t) => { self[at][t] += value; }); },
    tree: () => treeOf(name, parent, self),
  };
}

// Below the root every function with what it costs itself, and below each its callers.
function turned(tree) {
  const grown = growing(tree.name[0], tree.self[0].length);
  tree.self.forEach((values, i) => {
    if (!values.some(Boolean)) return;
    let at = 0;
    for (let frame = i; frame; frame = tree.parent[frame]) at = grown.child(at, tree.name[frame]);
    grown.add(at, values);
  });
  return grown.tree();
}

// Two trees that begin with one function: its callers, and what it calls. Where it calls itself, the outermost call counts.
function around(tree, code) {
  const callers = growing(code, tree.self[0].length), callees = growing(code, tree.self[0].length);
  const place = tree.name.map(() => -1);
  tree.name.forEach((name, i) => {
    if (i && place[tree.parent[i]] >= 0) place[i] = callees.child(place[tree.parent[i]], name);
    else if (name === code) {
      place[i] = 0;
      let at = 0;
      for (let frame = i && tree.parent[i]; frame; frame = tree.parent[frame]) at = callers.child(at, tree.name[frame]);
      callers.add(at, tree.totals[i]);
    }
    if (place[i] >= 0) callees.add(place[i], tree.self[i]);
  });
  return [callers.tree(), callees.tree()];
}
