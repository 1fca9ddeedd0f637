// Finding a service by a few letters: pure, so that it can be tested without a page.

/** Lower case without accents, "ß" as "ss": "fuhrer" finds "Führerschein". */
export function plain(text) {
  return text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replace(/\p{M}/gu, "");
}

/** Split "perso 2" into the words and the count; a count alone belongs to what was added last. */
export function readTyped(text) {
  const found = /^\s*(.*?)\s*(\d{1,2})?\s*$/u.exec(text);
  return { words: plain(found[1]).split(/\s+/u).filter(Boolean), count: found[2] ? Number(found[2]) : null };
}

/** The services that hold every word, the best first: the name begins with it, a word does, anywhere. */
export function matching(services, words) {
  if (words.length === 0) return services;
  return services
    .map((service, place) => ({ service, place, rank: rankOf(service, words) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((one, other) => one.rank - other.rank || one.place - other.place)
    .map(({ service }) => service);
}

function rankOf(service, words) {
  const name = plain(service.name);
  const all = `${name} ${plain(service.category)}`;
  let rank = 0;
  for (const word of words) {
    if (!all.includes(word)) return Infinity;
    rank += name.startsWith(word) ? 0 : name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word)) ? 1 : name.includes(word) ? 2 : 3;
  }
  return rank;
}
