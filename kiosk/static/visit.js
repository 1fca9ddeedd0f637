// What a visitor has chosen so far, and nothing else: pure, so that "everything is cleared" is one new object.

export const NEEDS = ["more_time", "step_free", "fetch_me", "deaf", "sign_language", "blind", "companion"];
const INTERPRETER = "interpreter";
/** `interpreter` is asked where the site finds one. */
export const needsAt = (config) => (config.interprets.length > 0 ? [...NEEDS, INTERPRETER] : NEEDS);
export const MOST_PERSONS = 20;

/**
 * Begin a visit. Counts are by service id, in the order of choosing; `told` is what was typed, by field;
 * `booksOnly`: no numbers are given out now. `spoken`: into which language somebody should
 * interpret, "" for one that is not offered; null: not said yet.
 */
export function newVisit(language, booksOnly = false) {
  return { language, booksOnly, counts: new Map(), persons: 1, needs: new Set(), spoken: null, told: new Map() };
}

/** Choose `count` of a service, within what it allows; 0 takes it away. */
export function setCount(visit, service, count) {
  const fitting = Math.max(0, Math.min(service.max_count, count));
  if (fitting === 0) visit.counts.delete(service.id);
  else visit.counts.set(service.id, fitting);
  return fitting;
}

export function setPersons(visit, persons) {
  visit.persons = Math.max(1, Math.min(MOST_PERSONS, persons));
  return visit.persons;
}

export function toggleNeed(visit, need) {
  if (!visit.needs.delete(need)) visit.needs.add(need);
  if (need === INTERPRETER) visit.spoken = null;
  return visit.needs.has(need);
}

/** Whether the visitor is to be asked for the language, and which of `config.interprets` is the page's: null for none. */
export const asksLanguage = (visit) => visit.needs.has(INTERPRETER);
export function ownLanguage(visit, config) {
  const main = visit.language.split("-")[0];
  return config.interprets.some(({ language }) => language === main) ? main : null;
}

/** The chosen services with their counts: [{service, count}]. */
export function chosen(visit, categories) {
  const all = new Map(categories.flatMap((category) => category.services.map((one) => [one.id, one])));
  return [...visit.counts].map(([id, count]) => ({ service: all.get(id), count }));
}

/** Whether all that is chosen may be in one concern. */
export function goTogether(visit, categories) {
  const list = chosen(visit, categories).map(({ service }) => service);
  const fits = (one, other) => one.combines === "any" || (one.combines !== "alone" && one[one.combines] === other[one.combines]);
  return list.every((one) => list.every((other) => one === other || fits(one, other)));
}

/** Whether the concern can be booked as a whole. */
export function canBook(visit, categories) {
  const list = chosen(visit, categories);
  return list.length > 0 && list.every(({ service }) => service.books);
}

/** Whether the concern needs an appointment: no number is given for it. */
export function mustBook(visit, categories) {
  return visit.booksOnly || chosen(visit, categories).some(({ service }) => service.why === "appointment");
}

/** The concern as the server takes it. */
export function concern(visit) {
  return {
    services: [...visit.counts].map(([id, count]) => ({ id, count })),
    persons: visit.persons,
    needs: [...visit.needs].map((one) => (one === INTERPRETER && visit.spoken ? `${one}_${visit.spoken}` : one)),
  };
}

/** What to have along for what was chosen, each once. `isOpen`: it does not betray a confidential concern. */
export function papersOf(list, language) {
  const of = (some) => new Set(some.flatMap(({ service }) => service.documents.map((one) => one[language] ?? one.de)));
  const open = of(list.filter(({ service }) => !service.sensitive));
  return [...of(list)].map((text) => ({ text, isOpen: open.has(text) }));
}
