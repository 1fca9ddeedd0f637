// Drawing without losing what the clerk holds: a description of the page is laid over the page that stands
// there, and only differences are touched, so focus, selection and what is typed survive every picture.
//
// It knows no words and no queue. Texts are set as text, never as HTML (failure 14).

/** Describe an element. Props: `class`, `key`, `on` (boolean attributes), `vars` (CSS variables), others. */
export function h(tag, props, ...kids) {
  return { tag, props: props ?? {}, kids: kids.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false) };
}

/** Describe a node that somebody else makes; it is made anew when `is` changes. */
export function made(is, make) {
  return { is: String(is), make };
}

/** Make the children of `parent` what `kids` describe. */
export function draw(parent, ...kids) {
  const wanted = kids.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false);
  const focused = document.activeElement;
  const old = keptOf(parent, wanted);
  let at = parent.firstChild;
  for (const kid of wanted) {
    const key = kid.props?.key;
    let node = key !== undefined ? old.get(String(key)) : at;
    if (!fits(node, kid)) node = fresh(kid);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    fill(node, kid);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
  // A row that moved up in the queue was taken out of the page for a moment, and its focus with it.
  if (focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

/** The keyed nodes that stay, by key; the others go first, so that those that stay need not move. */
function keptOf(parent, wanted) {
  const keys = new Set(wanted.map((kid) => kid.props?.key).filter((key) => key !== undefined).map(String));
  const kept = new Map();
  for (const node of [...parent.childNodes]) {
    if (node.drawnKey === undefined) continue;
    if (keys.has(node.drawnKey)) kept.set(node.drawnKey, node);
    else node.remove();
  }
  return kept;
}

function fits(node, kid) {
  if (!node) return false;
  if (typeof kid !== "object") return node.nodeType === Node.TEXT_NODE;
  if (kid.make) return node.drawnAs === kid.is;
  return node.drawnTag === kid.tag && node.drawnKey === keyOf(kid);
}

const keyOf = (kid) => (kid.props.key === undefined ? undefined : String(kid.props.key));

function fresh(kid) {
  if (typeof kid !== "object") return document.createTextNode("");
  if (kid.make) {
    const node = kid.make();
    node.drawnAs = kid.is;
    return node;
  }
  const node = document.createElement(kid.tag);
  node.drawnTag = kid.tag;
  node.drawnKey = keyOf(kid);
  return node;
}

function fill(node, kid) {
  if (typeof kid !== "object") {
    if (node.data !== String(kid)) node.data = String(kid);
    return;
  }
  if (kid.make) return;
  const { key, vars, ...attributes } = kid.props;
  const before = node.drawnProps ?? {};
  for (const name of Object.keys(before)) if (!(name in attributes)) node.removeAttribute(name);
  for (const [name, value] of Object.entries(attributes)) {
    if (before[name] === value) continue;
    if (value === false || value === null || value === undefined) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.drawnProps = attributes;
  for (const [name, value] of Object.entries(vars ?? {})) node.style.setProperty(name, String(value));
  draw(node, kid.kids);
}
