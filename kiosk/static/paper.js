// The paper preview brings itself up to date: new slips come out of the printer at the top.

const EVERY_MS = 1500;
const list = document.querySelector('[data-part="papers"]');
const none = document.querySelector('[data-part="none"]');

function paperNode({ name, src, alt, time }) {
  const node = document.createElement("li");
  node.className = "paper paper--new";
  node.dataset.name = name;
  const picture = document.createElement("img");
  picture.src = src;
  picture.alt = alt;
  const words = document.createElement("p");
  words.className = "paper__time number";
  words.textContent = time;
  node.append(picture, words);
  return node;
}

async function look() {
  try {
    const response = await fetch(list.dataset.src);
    if (response.ok) show((await response.json()).papers);
  } catch {
    // the server is away; the next look will tell
  }
  setTimeout(look, EVERY_MS);
}

async function show(papers) {
  const known = new Set([...list.children].map((node) => node.dataset.name));
  for (const paper of papers.filter((one) => !known.has(one.name)).reverse()) {
    const node = paperNode(paper);
    list.prepend(node);
  }
  while (list.children.length > papers.length) list.lastElementChild.remove();
  none.hidden = papers.length > 0;
}

void look();
